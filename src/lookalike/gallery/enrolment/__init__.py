"""Portraits come to people: whose they are, and what becomes of those people then."""
