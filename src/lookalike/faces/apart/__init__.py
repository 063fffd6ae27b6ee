"""Looking at photos in processes of their own."""
