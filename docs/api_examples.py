"""Records the examples of the JSON API: a conversation with a real server, about real photos.

python -m docs.api_examples

Every operation is called once, and what was sent and answered is written to
`src/lookalike/web/openapi/examples/`, a file an operation. Photos are named and never written.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from lookalike import config
from tests.support import ROOT, patient
from tests.support import photos as packaged
from tests.support.serving import running

FOLDER = ROOT / "src" / "lookalike" / "web" / "openapi" / "examples"
_SITE = ROOT / "examples" / "campaign" / "site.toml"
# Of lists of numbers or of their rows, and of other lists, that many are shown.
_NUMBERS, _OTHERS = 4, 5
_LONGEST = 100
# The photos of a form, by their fields.
Photos = Mapping[str, str | tuple[str, ...]]


@dataclass(slots=True)
class Conversation:
    """
    Attributes:
        routes: method and path of every operation, by its id.
        told: what was sent and answered, by the operation.
    """

    http: httpx.Client
    photos: Mapping[str, bytes]
    routes: Mapping[str, tuple[str, str]]
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def ask(
        self,
        operation: str,
        *,
        given: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
        files: Photos | None = None,
        body: Any = None,
        content: str | None = None,
    ) -> Any:
        """The answer of an operation, which becomes its example if it is the first.

        Args:
            given: parameters of path, query and header.
            content: the photo that is the body.
        """
        method, path = self.routes[operation]
        inside = {name: value for name, value in (given or {}).items() if f"{{{name}}}" in path}
        answer = self.http.request(
            method,
            path.format(**inside),
            params={n: v for n, v in (given or {}).items() if n not in inside and n[0] != "X"},
            headers={n: v for n, v in (given or {}).items() if n[0] == "X"},
            data=None if form is None else dict(form),
            files=[(name, self.photos[each]) for name, each in _each(files or {})] or None,
            json=body,
            content=None if content is None else self.photos[content],
        )
        assert answer.is_success, (operation, answer.text)
        is_json = answer.headers.get("content-type") == "application/json"
        told = answer.json() if is_json and answer.content else None
        sent = {**(form or {}), **(files or {})} or body or content
        known = {"given": dict(given or {}), "sent": sent, "answer": told}
        self.told.setdefault(operation, {k: v for k, v in known.items() if v})
        return told


def _each(files: Photos) -> list[tuple[str, str]]:
    named = {name: (each,) if isinstance(each, str) else each for name, each in files.items()}
    return [(name, one) for name, each in named.items() for one in each]


def record(http: httpx.Client, photos: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Every operation is called, in an order in which there is something to call it about."""
    described = http.get("/openapi.json").json()["paths"]
    routes = {
        operation["operationId"]: (method, path)
        for path, operations in described.items()
        for method, operation in operations.items()
    }
    talk = Conversation(http, photos, routes)
    _photos(talk)
    _people(talk)
    _imports(talk)
    _sharing(talk)
    _takedowns(talk)
    for operation in ("getCounts", "getEngine", "getMetrics", "getState", "isAlive", "isReady"):
        talk.ask(operation)
    missing = routes.keys() - talk.told.keys()
    assert not missing, missing
    return talk.told


def _photos(talk: Conversation) -> None:
    obama, biden, several = "obama2.jpg", "biden.jpg", "multi_face.jpg"
    find = {"limit": 2, "sealed": "true"}
    files = {"photo": obama, "reference": "obama.jpg"}
    found = talk.ask("findLookalikes", form=find, files=files)
    again = {"sealed": found["sealed"], "origin": "korean", "limit": 2}
    talk.ask("findLookalikesAgain", form=again)
    talk.ask("compareFaces", files={"source": "obama.jpg", "target": obama})
    talk.ask("detectFaces", form={"attributes": "true"}, files={"photo": obama})
    vectors = [
        talk.ask("embedFaces", files={"photo": each})["faces"][0]["embedding"]
        for each in (obama, biden)
    ]
    talk.ask("scoreEmbeddings", body={"embedding": vectors[0], "others": vectors[1:]})
    talk.ask("explainResemblance", form={"person": "Q76"}, files={"photo": obama})
    talk.ask("compareAll", files={"photo": (obama, biden)})
    talk.ask("compareFamily", files={"child": several, "parent": (obama, biden)})
    talk.ask("describeFaceShape", files={"photo": obama})
    talk.ask("convertPhoto", files={"photo": several})


def _people(talk: Conversation) -> None:
    talk.ask("createCollection", body={"id": "friends"})
    own = {"collection": "friends"}
    sent = {"name": "Eileen Collins", "born": "1956-11-19", "licence": "public domain", **own}
    person = talk.ask(
        "addPerson", form={**sent, "show": "true"}, files={"photos": "astronaut.png"}
    )["id"]
    about = {"person_id": person, **own}
    talk.ask("changePerson", given=about, body={"fields": ["science"]})
    talk.ask("getFacts", given=about)
    talk.ask("getPerson", given={"person_id": "Q76"})
    talk.ask("listPeople", given={"query": "오바마", "limit": 2})
    talk.ask("listFilters")
    talk.ask("listCollections")
    talk.ask("getPortrait", given={"person_id": person})
    talk.ask("getPortraitMesh", given={"person_id": person})
    sent = {"licence": "public domain"}
    talk.ask("addPortraits", given=about, form=sent, files={"photos": "biden.jpg"})
    (one, other) = talk.ask("listPortraits", given=about)["portraits"]
    talk.ask("showPortrait", given={**about, "portrait_id": one["id"]}, body={"shown": False})
    talk.ask("removePortrait", given={**about, "portrait_id": other["id"]})
    named = {"name": "E. Collins", **own}
    files = {"photos": "astronaut.png"}
    twice = talk.ask("addPerson", form={**named, "new": "true"}, files=files)["id"]
    talk.ask("mergePeople", given=about, body={"other": twice})
    talk.ask("findOffers", body={"person": person, "resemblance": 71.5})
    talk.ask("removePerson", given=about)
    talk.ask("deleteCollection", given=own)


def _imports(talk: Conversation) -> None:
    begun = {"import_id": talk.ask("beginImport")["id"]}
    name = {"name": "Eileen Collins/1.png"}
    talk.ask("sendImportFile", given={**begun, **name}, content="astronaut.png")
    talk.ask("startImport", given=begun, body={"collection": "class", "licence": "CC0 1.0"})
    deadline = time.monotonic() + 300
    done: Any = {"status": "waiting"}
    while done["status"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
        talk.told.pop("getImport", None)
        done = talk.ask("getImport", given=begun)
    talk.ask("endImport", given={"import_id": talk.ask("beginImport")["id"]})


def _sharing(talk: Conversation) -> None:
    form = {"person": "Q76", "lang": "en", "shape": "square"}
    talk.ask("makeCard", form=form, files={"photo": "obama2.jpg"})
    form = {"person": "Q76", "lang": "en", "days": "7"}
    shared = talk.ask("shareResult", form=form, files={"photo": "obama2.jpg"})
    given = {"result_id": shared["id"], "X-Delete-Token": shared["delete_token"]}
    talk.ask("deleteResult", given=given)


def _takedowns(talk: Conversation) -> None:
    reason = {"reason": "asked by e-mail"}
    receipt = talk.ask("takeDown", given={"person_id": "Q76"}, body=reason)["id"]
    talk.ask("listTakedowns")
    talk.ask("undoTakedown", given={"receipt": receipt})


def shortened(told: Any) -> Any:
    """The same with few items of each list, and the beginning of what is long and says nothing."""
    if isinstance(told, dict):
        return {name: shortened(value) for name, value in told.items()}
    if isinstance(told, list):
        numbers = any(isinstance(each, float | list) for each in told)
        return [shortened(each) for each in told[: _NUMBERS if numbers else _OTHERS]]
    if isinstance(told, str) and len(told) > _LONGEST and " " not in told and "://" not in told:
        return f"{told[:_LONGEST]}…"
    return told


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, cache = Path(folder) / "home", Path(folder) / "cache"
        settings = config.load({}, home=home, cache=cache, site=str(_SITE), results_per_day=0)
        with running(settings) as server, patient.Client(base_url=server.url) as http:
            told = record(http, packaged.load())
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for operation, example in told.items():
        text = json.dumps(shortened(example), ensure_ascii=False, indent=1)
        text = text.replace(server.url, "https://look.example")
        (FOLDER / f"{operation}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
