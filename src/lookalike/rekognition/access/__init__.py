"""Who may call the Rekognition API, and what."""
