"""What whoever runs the server may see of it: numbers for Prometheus, and its state as JSON."""
