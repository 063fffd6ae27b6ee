"""The fitted scores, a file a model."""
