"""How often a name may do something, counted in PostgreSQL by its clock, for all hosts together."""

from __future__ import annotations

from sqlalchemy import text

from lookalike.database.database import Database

# A token bucket, as `gate/rate_limit.py` has it, in one statement: whoever comes at the same time
# waits for the row. `tokens` are those that are left, `admitted` is 1 where there was one to take.
_NOW = "(statement_timestamp() AT TIME ZONE 'utc')"
_FILLED = (
    "least(:most, rates.tokens + :rate * "
    f"greatest(0, extract(epoch FROM {_NOW} - rates.counted)::float8))"
)
# Nothing but the constants above is put into these.
_TAKE = text(
    "INSERT INTO rates (name, tokens, admitted, counted) "  # nosec B608
    f"VALUES (:name, :most - 1, 1, {_NOW}) ON CONFLICT (name) DO UPDATE SET "
    f"counted = greatest({_NOW}, rates.counted), tokens = {_FILLED} - ({_FILLED} >= 1)::int, "
    f"admitted = ({_FILLED} >= 1)::int RETURNING tokens, admitted"
)
_ASK = text(f"SELECT {_FILLED} FROM rates WHERE name = :name")  # nosec B608
_FORGET = text(f"DELETE FROM rates WHERE counted < {_NOW} - interval '2 days'")  # nosec B608
# Takings between two looks for names that nobody has heard of for long.
_FORGET_EVERY = 10_000


class SharedRates:
    """See `lookalike.gate.rate_limit.Limit`; every method raises StoreUnavailable."""

    def __init__(self, database: Database, kind: str) -> None:
        """
        Args:
            kind: of what is counted; names of other kinds are other names.
        """
        self._database = database
        self._kind = kind
        self._taken = 0

    def admits(self, name: str, rate: float) -> bool:
        return not self.wait(name, rate, rate)

    def wait(self, name: str, rate: float, at_once: float, *, only_ask: bool = False) -> float:
        given = {"name": f"{self._kind} {name}", "rate": rate, "most": max(1.0, at_once)}
        if only_ask:
            with self._database.alone() as connection:
                tokens = connection.execute(_ASK, given).scalar()
            return 0.0 if tokens is None or tokens >= 1 else (1 - tokens) / rate
        self._taken += 1
        with self._database.alone() as connection:
            tokens, admitted = connection.execute(_TAKE, given).one()
            if self._taken % _FORGET_EVERY == 0:
                connection.execute(_FORGET)
        return 0.0 if admitted else float((1 - tokens) / rate)
