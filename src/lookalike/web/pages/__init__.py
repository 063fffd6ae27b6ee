"""The pages: HTML documents in Korean or English, and their static files."""
