"""Pixels to vectors, a module a step."""
