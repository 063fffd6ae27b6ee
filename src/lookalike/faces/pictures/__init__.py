"""Pictures of one face, cut out of its photo: to look at, and to keep."""
