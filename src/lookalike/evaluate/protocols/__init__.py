"""The protocols: what is asked of a face model, and what it answers."""
