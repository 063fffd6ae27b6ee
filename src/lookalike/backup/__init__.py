"""Everything that `LOOKALIKE_HOME` keeps, in one file and back again."""
