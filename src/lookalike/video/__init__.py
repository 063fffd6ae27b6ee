"""Videos: decoded, looked at by a process beside the server, and who is in them when."""
