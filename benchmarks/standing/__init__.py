"""How well *standing* is spread over its scale: `python -m benchmarks.standing DATA`."""
