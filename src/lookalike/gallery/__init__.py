"""Who looks like what: people and their faces, in collections."""
