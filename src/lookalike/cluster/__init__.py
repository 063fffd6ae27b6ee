"""Several machines as one server: Ray runs the parts of it, PostgreSQL holds the truth."""
