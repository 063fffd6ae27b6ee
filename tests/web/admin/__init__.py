"""Tests of changing galleries over HTTP, by what is changed."""
