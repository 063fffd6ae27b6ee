"""Tests of several machines as one server."""
