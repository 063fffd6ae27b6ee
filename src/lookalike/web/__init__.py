"""The page and the JSON API; its texts lie in `locales/`, its documents in `templates/`."""
