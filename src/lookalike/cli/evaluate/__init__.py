"""`lookalike evaluate`: measure the face model."""
