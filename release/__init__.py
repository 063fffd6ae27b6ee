"""What a release is made of: its files, the notes, what it depends on, and where that installs."""
