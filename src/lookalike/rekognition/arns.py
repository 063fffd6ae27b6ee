"""Names of collections as AWS writes them."""

from __future__ import annotations

from lookalike.rekognition.context import Context
from lookalike.rekognition.faults import Fault

_FORM = "arn:aws:rekognition:<region>:<account>:collection/<id>"


def collection_arn(context: Context, collection: str) -> str:
    """`aws:rekognition:eu-west-1:000000000000:collection/mine`, as CreateCollection answers."""
    return f"aws:rekognition:{context.region}:{context.account}:collection/{collection}"


def collection_of(arn: str) -> str:
    """The id of the collection that an ARN names, with `arn:` before it or not.

    Raises:
        Fault: InvalidParameterException, it names no collection.
    """
    parts = arn.removeprefix("arn:").split(":", 4)
    kind, _, name = parts[-1].partition("/")
    if len(parts) != 5 or parts[:2] != ["aws", "rekognition"] or kind != "collection" or not name:
        raise Fault("InvalidParameterException", f"{arn!r} must be {_FORM}.")
    return name
