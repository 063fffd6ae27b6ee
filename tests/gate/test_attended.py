"""Requests whose client has left."""

from __future__ import annotations

import anyio
import pytest
from anyio import to_thread
from starlette.types import Message, Receive, Scope, Send

from lookalike.engine.executor import Executor
from lookalike.gate.attended import Attended

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "POST", "path": "/"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Client:
    """Sends a body, and leaves when told to."""

    def __init__(self) -> None:
        self.left = anyio.Event()
        self.got: list[Message] = []
        self._sent = False

    async def receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": b"photo", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.got.append(message)


async def test_an_answer_comes_whole() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    client = Client()
    await Attended(app)(SCOPE, client.receive, client.send)
    assert [each.get("body") for each in client.got] == [None, b"photo"]


async def test_what_waits_for_its_turn_is_dropped_when_the_client_leaves() -> None:
    executor = Executor(queue=8, threads=1)
    release = anyio.Event()
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        anyio.from_thread.run(release.wait)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await executor.run(lambda: work(scope["path"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    clients = {name: Client() for name in ("first", "leaves", "last")}
    async with anyio.create_task_group() as group:
        for name, client in clients.items():
            scope = SCOPE | {"path": name}
            group.start_soon(Attended(app), scope, client.receive, client.send)
            await anyio.wait_all_tasks_blocked()
            await to_thread.run_sync(lambda: None)
        clients["leaves"].left.set()
        await anyio.wait_all_tasks_blocked()
        release.set()
    assert begun == ["first", "last"]
    assert [len(client.got) for client in clients.values()] == [1, 0, 1]


async def test_an_error_of_the_app_is_passed_on() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("odd")

    client = Client()
    with pytest.raises(ValueError, match="odd"):
        await Attended(app)(SCOPE, client.receive, client.send)
