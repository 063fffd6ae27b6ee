"""Whose vectors are nearest: collections in memory, and how they are searched."""
