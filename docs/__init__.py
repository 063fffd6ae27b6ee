"""The documentation, and what writes those of its pages that are read off the code."""
