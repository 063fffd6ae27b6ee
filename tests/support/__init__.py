"""What tests share: servers, browsers, photos, and what stands in for the rest of the world."""

from pathlib import Path

# The checkout.
ROOT = Path(__file__).parents[2]
