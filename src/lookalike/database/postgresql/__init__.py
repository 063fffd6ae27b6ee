"""PostgreSQL: for what several machines share, and all that they have to agree on."""
