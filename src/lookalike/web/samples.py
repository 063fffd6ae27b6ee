"""Photos to try the page with before one shows it a photo of one's own: nobody has to agree to
anything, for nothing of a visitor is looked at."""

from __future__ import annotations

from functools import cache
from importlib import resources

from lookalike.errors import NotFound

# Their names and credits are texts of `locales/`, their files `static/sample-<id>.jpg` and, as a
# small square of the face, `static/sample-<id>-small.jpg`.
#
# collins: the astronaut Eileen Collins, of NASA's Great Images, which are in the public domain:
# `astronaut.png` of scikit-image, as a JPEG. She is not in the starter gallery, so whoever is
# found there is a look-alike.
SAMPLES = ("collins",)


@cache
def sample(name: str) -> bytes:
    """The photo of that name.

    Raises:
        NotFound: there is none.
    """
    if name not in SAMPLES:
        raise NotFound(f"There is no sample {name!r}; there are {', '.join(SAMPLES)}.")
    return (resources.files("lookalike.web") / "static" / f"sample-{name}.jpg").read_bytes()


def is_sample(photo: bytes) -> bool:
    """Whether it is one of ours, which tells nothing of how a site is used."""
    return any(photo == sample(each) for each in SAMPLES)
