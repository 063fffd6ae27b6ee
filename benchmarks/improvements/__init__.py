"""What would make the product better, measured beside it: `python -m benchmarks.improvements`."""
