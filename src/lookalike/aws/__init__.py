"""Amazon Rekognition in place of our own networks: `LOOKALIKE_ENGINE=aws`."""
