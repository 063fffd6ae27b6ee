"""Amazon's side: its clients, its own description of its API, and servers in its place."""
