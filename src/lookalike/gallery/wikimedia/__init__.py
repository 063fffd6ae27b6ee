"""People from Wikidata, and their portraits from Wikimedia Commons."""
