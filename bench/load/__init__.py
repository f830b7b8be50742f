"""The load generator: a process of its own, so that it never shares an interpreter with what it measures."""
