"""What is said of a photo, as data: below the page, the JSON API and the command line."""
