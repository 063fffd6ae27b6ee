"""What visitors share: cards, and links to results."""
