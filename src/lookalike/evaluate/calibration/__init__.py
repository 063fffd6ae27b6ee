"""Fits the scores to a model, and holds them against people left out."""
