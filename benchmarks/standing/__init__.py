"""How evenly *standing* is spread over its scale, and what it ships fitted to."""
