"""Where people come from: a folder of photos, a table, a pack of another gallery."""
