"""The nearest neighbours of a vector."""
