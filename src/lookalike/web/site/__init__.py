"""A site of one's own: its file, its own portraits, and how often it was used."""
