"""The one object that all front ends call."""
