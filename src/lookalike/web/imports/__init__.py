"""Imports of people over HTTP: files that come from a browser, and what is done with them."""
