"""Amazon's JSON 1.1 protocol, as its own service model describes it."""
