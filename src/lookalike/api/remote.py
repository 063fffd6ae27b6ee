"""A server as who answers questions, over its JSON API."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from lookalike import errors
from lookalike.api.questions.question import Pause, Question, Reply, Request

_PREFIX = "urn:lookalike:problem:"
# Of what came before the server's own code, or has none of ours.
_BY_STATUS: dict[int, type[errors.LookalikeError]] = {
    400: errors.InvalidParameter,
    401: errors.NotAllowed,
    403: errors.NotAllowed,
    404: errors.NotFound,
    413: errors.ImageTooLarge,
    422: errors.InvalidParameter,
    503: errors.Busy,
}
_RETRY_S = 2


class Remote:
    """Asks a server; see `Answering`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def answer(self, question: Question[Reply]) -> Reply:
        """
        Raises:
            Unreachable: the server does not answer, or not as ours.
            LookalikeError: that of the server.
        """
        conversation, told = question.there(), None
        while True:
            try:
                said = conversation.send(told)
            except StopIteration as done:
                reply: Reply = done.value
                return reply
            if isinstance(said, Pause):
                time.sleep(said.seconds)
                told = None
            else:
                told = _told(self._send(said))

    def close(self) -> None:
        self._client.close()

    def _send(self, request: Request) -> httpx.Response:
        try:
            return self._client.request(**_sent(request))
        except httpx.HTTPError as error:
            raise _unreachable(self._client.base_url, error) from error


class AsyncRemote:
    """The same for programs with an event loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def answer(self, question: Question[Reply]) -> Reply:
        """
        Raises:
            Unreachable: the server does not answer, or not as ours.
            LookalikeError: that of the server.
        """
        from anyio import sleep

        conversation, told = question.there(), None
        while True:
            try:
                said = conversation.send(told)
            except StopIteration as done:
                reply: Reply = done.value
                return reply
            if isinstance(said, Pause):
                await sleep(said.seconds)
                told = None
            else:
                told = _told(await self._send(said))

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, request: Request) -> httpx.Response:
        try:
            return await self._client.request(**_sent(request))
        except httpx.HTTPError as error:
            raise _unreachable(self._client.base_url, error) from error


def _sent(request: Request) -> dict[str, Any]:
    """A request as httpx takes it."""
    files = [(name, (name, data, "application/octet-stream")) for name, data in request.files]
    return {
        "method": request.method,
        "url": f"api/v1{request.path}",
        "params": _stated(request.query),
        "data": _stated(request.form),
        "files": files or None,
        "json": request.json,
        "content": request.content,
    }


def _stated(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if given is None else {k: v for k, v in given.items() if v is not None}


def _told(answer: httpx.Response) -> Any:
    """The JSON of an answer.

    Raises:
        LookalikeError: it tells of one, or is none of our server.
    """
    if answer.status_code == httpx.codes.NO_CONTENT:
        return None
    try:
        told = answer.json()
    except ValueError:
        told = None
    if answer.is_success and told is not None:
        return told
    raise _error(answer, told if isinstance(told, dict) else {})


def _error(answer: httpx.Response, problem: Mapping[str, Any]) -> errors.LookalikeError:
    """The error that a server raised and told of as a problem (RFC 9457)."""
    if not str(problem.get("type")).startswith(_PREFIX):
        said = f"{answer.status_code} {answer.reason_phrase}"
        return errors.NoAnswer(f"{answer.url} is no server of Lookalike's: it answered {said}.")
    code = problem["type"].removeprefix(_PREFIX)
    kind = _by_code().get(code) or _BY_STATUS.get(answer.status_code, errors.LookalikeError)
    said = problem["detail"]
    if issubclass(kind, errors.TooOften):
        return kind(said, int(answer.headers.get("Retry-After", _RETRY_S)))
    if issubclass(kind, errors.Unlike):
        return kind(said, tuple(errors.Known(**each) for each in problem["people"]))
    error = kind(said)
    if isinstance(error, errors.PhotoError):
        error.subject, error.number = problem["subject"] or "photo", problem["number"]
    return error


def _by_code() -> dict[str, type[errors.LookalikeError]]:
    """The errors that everybody knows; others raise subclasses of theirs, with their codes."""
    known = (each for each in vars(errors).values() if isinstance(each, type))
    return {each.code: each for each in known if issubclass(each, errors.LookalikeError)}


def _unreachable(url: httpx.URL, error: httpx.HTTPError) -> errors.Unreachable:
    why = str(error) or type(error).__name__
    return errors.Unreachable(f"The server at {url} does not answer: {why}.")
