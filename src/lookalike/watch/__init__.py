"""What whoever runs a server sees of it: metrics, logs, traces, and what was refused last."""
