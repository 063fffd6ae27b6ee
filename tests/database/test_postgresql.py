"""The same galleries in a real PostgreSQL, which comes as a package."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lookalike.config import Settings
from lookalike.database.tokens import token_of
from lookalike.errors import Blocked, InvalidParameter, StoreUnavailable, Unlike
from lookalike.faces.models.manifest import SFACE
from lookalike.faces.vectors import Floats
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Credit, Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store
from lookalike.rekognition.access.keys import Keys
from tests.support import postgres
from tests.support.processes import Process, finished, started

CONTRACT = SFACE.contract


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a running PostgreSQL."""
    with postgres.running() as running:
        yield running


@pytest.fixture
def own(settings: Settings, address: str, home: Path) -> Iterator[Gallery]:
    """The galleries of an empty database."""
    opened = Gallery.open(replace(settings, home=home, database=postgres.emptied(address)), SFACE)
    yield opened
    opened.close()


def unit(seed: int) -> Floats:
    vector = np.random.default_rng(seed).normal(size=128).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def test_people_come_and_go(own: Gallery, address: str, home: Path) -> None:
    someone = Person("U1", "mine", Text("홍길동", "Hong"), groups=("활빈당",), gender="male")
    credit = Credit("A", "CC0", None, "https://e.org")
    own.store.add(
        someone, [Portrait(unit(1), credit, image_id="x"), Portrait(unit(2), image_id="y")]
    )
    other = Store(home, CONTRACT, address)
    assert other.people("mine") == {"U1": someone}
    assert own.nearest(unit(1), 1)[0].person == someone
    first, second = own.portraits("U1")
    assert (first.credit, first.vector.tolist()) == (credit, unit(1).tolist())
    other.remove_portrait(someone, second.id)
    assert own.nearest(unit(1), 1)[0].cosine == pytest.approx(1, abs=1e-3)
    other.change(replace(someone, name=Text("임꺽정")))
    assert own.person("U1").name.ko == "임꺽정"
    receipt = own.takedown("U1", "asked")
    assert receipt.portraits == 1
    with pytest.raises(Blocked):
        other.add(someone, [Portrait(unit(3))])
    other.close()
    assert not list(home.glob("*.sqlite3"))


def test_people_become_one_and_are_let_in_again(own: Gallery, address: str, home: Path) -> None:
    def alike(one: Floats, other: Floats) -> float:
        return 100 * float(one @ other)

    first = Person("U1", "mine", Text("홍길동"))
    own.store.enrol(first, [Portrait(unit(1), image_id="x")], alike)
    again = Person("U2", "mine", Text("홍길동"), born="1500")
    done = own.store.enrol(again, [Portrait(unit(1), image_id="y")], alike)
    assert (done.new, done.person) == (False, replace(first, born="1500"))
    with pytest.raises(Unlike):
        own.store.enrol(again, [Portrait(unit(2), image_id="z")], alike)
    own.store.enrol(again, [Portrait(unit(2), image_id="z")], alike, new=True)
    merged = own.store.merge(done.person, own.person("U2"))
    assert (merged.person, merged.portraits) == (done.person, 1)
    assert len(own.portraits("U1")) == 3
    receipt = own.takedown("U1")
    other = Store(home, CONTRACT, address)
    assert [each.id for each in other.takedowns()] == [receipt.id]
    assert other.unblock(receipt.id).lifted == ("id:U1", "name:홍길동")
    other.add(first, [Portrait(unit(1))])
    assert own.people("mine") == (first,)
    other.close()


def test_faces_and_users_of_the_rekognition_api(own: Gallery) -> None:
    own.store.create("team", {"팀": "얼굴"}, is_open=False)
    records = own.own_collection("team")
    size = (640, 480)
    added = records.add([Portrait(unit(n), image_id=str(n), image_size=size) for n in range(3)])
    token = token_of("CreateUser", "t", {"UserId": "o"})
    for _ in range(2):
        records.create_user("o", token)
    outcome = records.associate("o", [each.id for each in added[:2]], {}, most=100)
    assert outcome.faces == 2
    assert own.nearest(unit(0), 1, "team")[0].person.id == "o"
    assert own.nearest_faces(unit(2), 1, "team")[0].name == added[2].id
    assert records.delete([added[2].id]).done == (added[2].id,)
    records.delete_user("o")
    assert [each.person for each in records.faces("", 10)] == [None, None]
    assert records.tags() == {"팀": "얼굴"}


def test_access_keys(own: Gallery, settings: Settings, address: str, home: Path) -> None:
    keys = Keys(replace(settings, home=home, database=address))
    made = keys.create("laptop")
    found = keys.find(made.key.id)
    assert found is not None
    assert found.secret == made.secret
    keys.close()


ADDING = f"""
import sys
from pathlib import Path
import numpy as np
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.store import Store

store = Store(Path(sys.argv[1]), {CONTRACT!r}, sys.argv[2])
for number in range(int(sys.argv[4])):
    vectors = np.random.default_rng(number).normal(size=(3, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    someone = Person(f"{{sys.argv[3]}}{{number:05}}", "mine", Text(ko="가"))
    store.add(someone, [Portrait(each) for each in vectors])
    print(someone.id, flush=True)
"""


def adding(home: Path, address: str, prefix: str, count: int) -> AbstractContextManager[Process]:
    return started([sys.executable, "-c", ADDING, str(home), address, prefix, str(count)])


def test_two_write_at_once_and_one_is_killed(own: Gallery, home: Path, address: str) -> None:
    with adding(home, address, "A", 30) as one, adding(home, address, "B", 10_000) as other:
        assert other.stdout is not None
        acknowledged = [other.stdout.readline().strip() for _ in range(20)]
        other.kill()
        finished(one)
    store = Store(home, CONTRACT, address)
    portraits = store.portraits_by_person("mine")
    found = store.people("mine").keys()
    assert {f"A{number:05}" for number in range(30)} | set(acknowledged) <= found
    assert portraits.keys() == found
    assert {len(each) for each in portraits.values()} == {3}
    assert {each.id for each in own.people("mine")} == found
    store.close()


def test_what_cannot_be_used_is_said_without_the_password(home: Path) -> None:
    with pytest.raises(InvalidParameter, match=r"must be like postgresql://"):
        Store(home, CONTRACT, "mysql://host/name")
    with pytest.raises(StoreUnavailable, match=r"me:\*\*\*@127\.0\.0\.1:1/none cannot be used"):
        Store(home, CONTRACT, "postgresql://me:hush@127.0.0.1:1/none")
