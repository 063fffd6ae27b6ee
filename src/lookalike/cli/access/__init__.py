"""Commands about who may call the Rekognition API."""
