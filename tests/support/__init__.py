"""What tests share: servers, browsers, photos, and what stands in for the rest of the world."""

from pathlib import Path

# The checkout.
ROOT = Path(__file__).parents[2]

# Seconds that only a hang takes, on whatever machine and however busy it is: for one answer, one
# process, one change on a page. A whole test has the `timeout` of pyproject.toml.
PATIENCE_S = 300.0
