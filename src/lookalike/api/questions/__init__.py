"""What an engine is asked, each question with how it is answered here and on a server."""
