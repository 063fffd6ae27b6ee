"""What is measured: each figure of the documentation has a command here that makes it again."""
