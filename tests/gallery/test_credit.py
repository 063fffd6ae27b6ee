"""What a licence allows."""

from __future__ import annotations

import pytest

from lookalike.gallery.people import Credit


@pytest.mark.parametrize(
    ("licence", "url", "changeable"),
    [
        ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0", True),
        ("Public domain", None, True),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/", True),
        ("KOGL Type 1", None, True),
        ("CC BY-ND 4.0", None, False),
        ("CC BY-NC-ND 2.0", None, False),
        ("Creative Commons", "https://creativecommons.org/licenses/by-nd/3.0/", False),
        ("Attribution-NoDerivs", None, False),
        ("Attribution, No Derivatives", None, False),
        ("standard Disney landing", None, True),
        (None, "https://creativecommons.org/licenses/by/4.0/", False),
        ("", None, False),
    ],
)
def test_whether_something_new_may_be_made_of_a_portrait(
    licence: str | None, url: str | None, changeable: bool
) -> None:
    credit = Credit(author="Jane Doe", licence=licence, licence_url=url, source_url=None)
    assert credit.changeable is changeable
