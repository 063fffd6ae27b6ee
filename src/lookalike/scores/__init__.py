"""How alike two vectors are, as numbers that mean something."""
