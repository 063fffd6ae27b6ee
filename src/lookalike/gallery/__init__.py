"""Who looks like what."""
