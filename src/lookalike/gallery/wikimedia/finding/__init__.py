"""Who of Wikidata somebody is of whom no id is known: found by name, proved by face."""
