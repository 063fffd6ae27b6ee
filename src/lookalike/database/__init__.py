"""Where everything that is kept lies: one database for the whole application."""
