"""Values of parameters: what is not allowed is told alike here and on a server."""

from __future__ import annotations

from lookalike.errors import InvalidParameter


def check_range(name: str, value: int, least: int, most: int | None) -> None:
    """
    Raises:
        InvalidParameter: a number is not within what is allowed.
    """
    if value < least or (most is not None and value > most):
        allowed = f"{least} or more" if most is None else f"{least} to {most:,}"
        raise InvalidParameter(f"{name}: {value}; it must be {allowed}.")


def check_choice(name: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    """
    Raises:
        InvalidParameter: a text is none of those that are allowed.
    """
    if value not in choices:
        allowed = ", ".join(filter(None, choices))
        raise InvalidParameter(f"{name}: {value!r}; it must be one of: {allowed}.")
