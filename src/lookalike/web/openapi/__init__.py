"""The JSON API described in OpenAPI, for people and for whatever generates clients."""
