"""The libraries that networks run in, each behind the protocol of `network.py`."""
