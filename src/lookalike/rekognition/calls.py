"""One call of an operation: what is hidden is not there, and collections are spoken of in the words
that programs written for Amazon look for."""

from __future__ import annotations

from lookalike.errors import CollectionExists, CollectionNotFound, TokenMismatch, TooManyJobs
from lookalike.gallery import starter
from lookalike.rekognition.arns import collection_of
from lookalike.rekognition.context import Context, Operation
from lookalike.rekognition.wire.faults import Fault
from lookalike.rekognition.wire.validation import Members
from lookalike.video.jobs import MOST


def called(context: Context, operation: str, act: Operation, request: Members) -> Members:
    """The answer of an operation to a validated request.

    Args:
        act: what the operation does.

    Raises:
        Fault, LookalikeError: there is none.
    """
    collection = _collection(request)
    try:
        if collection == starter.COLLECTION and not context.shows_starter:
            raise _hidden(operation)
        return act(context, request)
    except CollectionNotFound as error:
        message = f"The collection id: {collection} does not exist"
        raise Fault("ResourceNotFoundException", message) from error
    except CollectionExists as error:
        message = f"The collection id: {collection} already exists"
        raise Fault("ResourceAlreadyExistsException", message) from error
    except TokenMismatch as error:
        token = request["ClientRequestToken"]
        message = f"The ClientRequestToken: {token} you have supplied is already in use"
        raise Fault("IdempotentParameterMismatchException", message, str(error)) from error
    except TooManyJobs as error:
        who = context.principal.arn
        message = f"{MOST} open Jobs for User {who} Maximum limit: {MOST}"
        raise Fault("LimitExceededException", message, str(error)) from error


def _collection(request: Members) -> str | None:
    """The collection that a request names, by its id or as a resource."""
    if "ResourceArn" in request:
        return collection_of(request["ResourceArn"])
    named: str | None = request.get("CollectionId")
    return named


def _hidden(operation: str) -> CollectionExists | CollectionNotFound:
    # Its name is taken all the same.
    if operation == "CreateCollection":
        return CollectionExists("It is that of the gallery that comes with the package.")
    return CollectionNotFound("It is hidden.")
