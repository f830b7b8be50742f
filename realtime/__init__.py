"""The live protocol, its connections, and what carries hints between processes."""
