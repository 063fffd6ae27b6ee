"""The Amazon Rekognition face API: AWS JSON 1.1 over HTTP, from botocore's own service model."""
