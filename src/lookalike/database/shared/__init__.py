"""What hosts keep in a database that they share, and one machine in its home."""
