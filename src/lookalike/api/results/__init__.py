"""What an engine answers, as frozen dataclasses."""
