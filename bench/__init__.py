"""What Corridor costs, beside peers and floors measured in the same run: `python -m bench`."""
