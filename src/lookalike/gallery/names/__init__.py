"""Names of people: how they are compared, and who of that name is there."""
