"""Hosts with homes of their own that share a real PostgreSQL: what one does, all others know."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import create_engine

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.database import changes, clock, migrations
from lookalike.database.changes import Change
from lookalike.database.database import Address
from lookalike.database.postgresql import addresses
from lookalike.database.postgresql.server import Postgresql
from lookalike.database.shared import choices
from lookalike.database.shared.portraits import PortraitRows
from lookalike.database.shared.rates import SharedRates
from lookalike.errors import (
    InvalidParameter,
    NotAllowed,
    NotFound,
    PersonNotFound,
    ResultNotFound,
    SecretsUnreadable,
    StoreBusy,
    StoreUnavailable,
    TokenMismatch,
)
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery.gallery import Gallery
from lookalike.gallery.people import Person, Text
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.wikimedia.client import LateClient
from lookalike.gallery.wikimedia.portrait_cache import Portraits
from lookalike.rekognition.access.keys import Keys
from lookalike.video.jobs import STALE, Jobs
from lookalike.web.imports import folder
from lookalike.web.imports.folder import Progress
from lookalike.web.sharing import results
from lookalike.web.sharing.results import Shared
from lookalike.web.site import counts, shared_site
from tests.database.test_postgresql import unit
from tests.support import PATIENCE_S, patient, postgres, serving
from tests.support.portraits import CREDIT, put
from tests.support.serving import Server

Database = Postgresql


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    with postgres.running() as address:
        yield address


@pytest.fixture
def address(running: str) -> str:
    """That of an empty database."""
    return postgres.emptied(running)


@pytest.fixture
def host(settings: Settings, address: str, tmp_path: Path) -> Callable[..., Settings]:
    """Settings of one more host, with a home and a cache that nobody else has."""

    def made(name: str, **changes: object) -> Settings:
        home = tmp_path / name
        own = {"home": home, "cache": home / "cache", "database": address}
        return replace(settings, **own | changes)  # type: ignore[arg-type]

    return made


Host = Callable[..., Settings]


@pytest.fixture
def ending() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    opened = Postgresql(address)
    yield opened
    opened.close()


def someone(number: int, collection: str = "mine") -> Person:
    return Person(f"P{number}", collection, Text(en=f"Nobody {number}"))


def add(gallery: Gallery, number: int, collection: str = "mine") -> None:
    gallery.store.add(someone(number, collection), [Portrait(unit(number))])


def found(gallery: Gallery, number: int, collection: str = "mine") -> bool:
    (near,) = gallery.nearest(unit(number), 1, collection)
    return near.person.id == f"P{number}"


@pytest.fixture
def two(host: Host, ending: ExitStack) -> tuple[Gallery, Gallery]:
    """The galleries of two hosts."""
    made = [Gallery.open(host(name), SFACE) for name in ("one", "two")]
    for each in made:
        ending.callback(each.close)
    return made[0], made[1]


def test_what_ends_later_than_what_began_after_it_is_not_missed(
    two: tuple[Gallery, Gallery],
) -> None:
    one, other = two
    add(one, 1, "a")
    add(one, 1, "b")
    assert found(other, 1, "a")
    with one.store.database.changing("a") as early:
        # Its changes have numbers before those of the next transaction, and are seen after it.
        changes.record(early, [Change("a", "P1")])
        early.exec_driver_sql("DELETE FROM people WHERE collection = 'a'")
        add(one, 2, "b")
        assert found(other, 2, "b")
        assert found(other, 1, "a")
    assert other.nearest(unit(1), 1, "a") == []
    add(one, 3, "a")
    assert found(other, 3, "a")


def test_whoever_asks_while_it_is_done_knows_when_it_is(two: tuple[Gallery, Gallery]) -> None:
    one, other = two
    add(one, 0)
    for number in range(1, 16):
        over = threading.Event()

        def ask(number: int = number, over: threading.Event = over) -> None:
            while not over.is_set():
                found(other, number)

        asking = threading.Thread(target=ask)
        asking.start()
        add(one, number)
        over.set()
        asking.join(PATIENCE_S)
        assert found(other, number), number
        one.takedown(f"P{number}")
        with pytest.raises(PersonNotFound):
            other.person(f"P{number}")


def test_a_key_is_deleted_for_all_hosts_at_once(host: Host, ending: ExitStack) -> None:
    one, other = Keys(host("one")), Keys(host("two"))
    ending.callback(one.close)
    ending.callback(other.close)
    for _ in range(5):
        made = one.create()
        known = other.find(made.key.id)
        assert known is not None
        assert known.secret == made.secret
        one.delete(made.key.id)
        assert other.find(made.key.id) is None


def test_writers_of_parts_do_not_wait_for_each_other(database: Database) -> None:
    with database.changing("a"), database.changing("b"):
        done = threading.Event()

        def change() -> None:
            with database.changing("a"):
                done.set()

        waiting = threading.Thread(target=change)
        waiting.start()
        assert not done.wait(0.2)
    waiting.join(PATIENCE_S)
    assert done.is_set()


def test_who_changes_everything_is_alone(database: Database) -> None:
    done = threading.Event()

    def change() -> None:
        with database.changing():
            done.set()

    with database.changing("a"):
        waiting = threading.Thread(target=change)
        waiting.start()
        assert not done.wait(0.2)
    waiting.join(PATIENCE_S)
    assert done.is_set()


def test_a_mark_of_another_history_is_known(two: tuple[Gallery, Gallery], address: str) -> None:
    one, _ = two
    add(one, 1)
    with one.store.database.reading() as connection:
        mark = changes.last(connection)
        assert changes.after(connection, mark) == ()
        # As a file of an index has it, without the transactions that had ended.
        assert changes.after(connection, replace(mark, snapshot="")) == ()
        assert changes.after(connection, replace(mark, stamp=mark.stamp + 1)) is None
    # As a dump brings it, of a server that had done more: nothing of it is still to come.
    postgres.execute(address, "UPDATE changes SET xid = xid + 1000000")
    again = Postgresql(address)
    with again.reading() as connection:
        assert changes.after(connection, mark) is not None
        assert changes.after(connection, changes.last(connection)) == ()
    again.close()


class Ahead(datetime):
    """The clock of a host that is an hour ahead."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + timedelta(hours=1)


def test_a_host_that_is_ahead_steals_no_job(
    database: Database, address: str, ending: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(database)
    jobs.start("StartFaceDetection", "{}")
    claim = jobs.claim("one")
    assert claim is not None
    monkeypatch.setattr(clock, "datetime", Ahead)
    other = Postgresql(address)
    ending.callback(other.close)
    assert Jobs(other).claim("two") is None
    assert jobs.beat(claim)
    # By the time of the database it is silent.
    past = STALE.total_seconds() + 1
    postgres.execute(address, f"UPDATE jobs SET alive = alive - interval '{past} seconds'")
    taken = Jobs(other).claim("two")
    assert taken is not None
    assert not jobs.beat(claim)
    assert abs(other.now() - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=5)


def test_one_token_is_one_answer_on_all_hosts(database: Database) -> None:
    from lookalike.database.tokens import token_of

    jobs = [Jobs(database) for _ in range(4)]
    started: list[str] = []

    def start(own: Jobs) -> None:
        started.append(own.start("StartFaceDetection", "{}", token_of("Start", "t", {})))

    threads = [threading.Thread(target=start, args=(each,)) for each in jobs]
    for each in threads:
        each.start()
    for each in threads:
        each.join(PATIENCE_S)
    assert len(started) == 4
    assert len(set(started)) == 1
    with pytest.raises(TokenMismatch):
        jobs[0].start("StartFaceDetection", "{}", token_of("Start", "t", {"Other": 1}))


KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in "12")


def secret(settings: Settings, key_id: str | None = None) -> str:
    """That of a new key, or of one that is there."""
    keys = Keys(settings)
    try:
        if key_id is None:
            return keys.create().key.id
        found = keys.find(key_id)
        assert found is not None
        return found.secret
    finally:
        keys.close()


def test_hosts_agree_on_a_key_that_is_set(host: Host) -> None:
    made = secret(host("one", secret_key=KEY))
    assert secret(host("two", secret_key=KEY), made)
    with pytest.raises(SecretsUnreadable, match="not the key that the other hosts"):
        secret(host("three", secret_key=OTHER_KEY), made)
    with pytest.raises(SecretsUnreadable, match="LOOKALIKE_SECRET_KEY must be on this host too"):
        secret(host("four"), made)


def test_a_key_can_leave_the_database(host: Host, address: str) -> None:
    made = secret(host("one"))
    ((key,),) = postgres.execute(address, "SELECT value FROM agreed WHERE name = 'secret.key'")
    assert secret(host("two", secret_key=key), made)
    assert str(key) not in str(postgres.execute(address, "SELECT * FROM agreed"))
    with pytest.raises(SecretsUnreadable, match="must be on this host too"):
        secret(host("one"), made)


def test_a_key_that_one_host_had_becomes_that_of_all(host: Host, address: str) -> None:
    first = host("one")
    made = secret(first)
    # As the version before left it: the key in a file of one home.
    ((key,),) = postgres.execute(
        address, "DELETE FROM agreed WHERE name = 'secret.key' RETURNING value"
    )
    first.home.mkdir(parents=True, exist_ok=True)
    (first.home / "secret.key").write_text(str(key))
    with pytest.raises(SecretsUnreadable, match=r"secret\.key is missing.* the host that made it"):
        secret(host("two"), made)
    with pytest.raises(SecretsUnreadable, match="is missing"):
        secret(host("two"))
    assert secret(first, made) == secret(host("two"), made)


SHARED = Shared("Q76", "버락 오바마", "나는 버락 오바마를 닮았대요", "드물게 닮았어요", "ko", 0.0)


def test_results_are_those_of_all_hosts(host: Host, database: Database, address: str) -> None:
    one, other = (results.opened(host(name), database) for name in ("one", "two"))
    shared = replace(SHARED, expires=one.expiry(7))
    ticket = one.keep(shared, {"wide": b"wide", "tall": b"tall"})
    assert other.find(ticket.id) == shared
    assert other.card(ticket.id, "tall") == b"tall"
    assert other.size()[0] == 1
    assert other.sweep() == 0
    with pytest.raises(NotAllowed):
        other.remove(ticket.id, "guessed")
    other.remove(ticket.id, ticket.token)
    with pytest.raises(ResultNotFound):
        one.find(ticket.id)
    over = one.keep(replace(shared, expires=one.expiry(0)), {"wide": b""})
    with pytest.raises(ResultNotFound):
        other.card(over.id, "wide")
    assert other.sweep() == 1
    assert one.size() == (0, 0)
    assert postgres.execute(address, "SELECT count(*) FROM shared_cards") == [(0,)]
    assert not host("one").home.exists()


def test_what_is_counted_is_counted_together(host: Host, database: Database) -> None:
    import anyio

    one, other = (counts.opened(host(name), database) for name in ("one", "two"))
    for each in (one, other, one):
        anyio.run(each.add, "visits")
    anyio.run(other.add_offers, "offered", ["1", "2"])
    (day,) = one.days(1)
    assert (day.visits, day.offered) == (3, 2)
    assert [each.id for each in day.offers] == ["1", "2"]
    assert one.days(1) == other.days(1)


def test_rates_are_those_of_all_hosts_by_one_clock(database: Database, address: str) -> None:
    one, other = (SharedRates(database, "key") for _ in "12")
    assert other.wait("A", 0.01, 2, only_ask=True) == 0
    assert [each.wait("A", 0.01, 2) for each in (one, other)] == [0, 0]
    wait = other.wait("A", 0.01, 2)
    assert 90 < wait <= 100
    assert 90 < one.wait("A", 0.01, 2, only_ask=True) <= 100
    assert SharedRates(database, "photos").wait("A", 0.01, 2) == 0
    postgres.execute(address, "UPDATE rates SET counted = counted - interval '100 seconds'")
    assert one.wait("A", 0.01, 2) == 0
    assert other.wait("A", 0.01, 2) > 0


def test_an_import_is_done_by_whichever_host_comes_first(host: Host, database: Database) -> None:
    one, other = host("one"), host("two")
    begun = folder.begin(one, database)
    begun.keep("Obama/1.jpg", b"first")
    upload = folder.opened(other, database, begun.id)
    upload.keep("Obama/1.jpg", b"again")
    upload.keep("Obama/2.jpg", b"second")
    with upload.source(pictures=False) as source:
        assert [each.stat().st_size for each in source.rglob("*.jpg")] == [0, 0]
    with pytest.raises(InvalidParameter, match="neither an image, a table nor a pack"):
        upload.keep("Obama/notes.doc", b"")
    with upload.source() as source:
        files = {str(each.relative_to(source)): each.read_bytes() for each in source.rglob("*.*")}
    assert files == {"Obama/1.jpg": b"again", "Obama/2.jpg": b"second"}
    assert begun.progress() is None
    upload.tell(Progress(1, 2))
    assert begun.progress() == Progress(1, 2)
    upload.keep("people.csv", b"name,photo\n")
    with begun.source() as source:
        assert source.name == "people.csv"
    begun.keep("others.csv", b"name,photo\n")
    with (
        pytest.raises(InvalidParameter, match=r"several tables.*others\.csv, people\.csv"),
        begun.source(pictures=False),
    ):
        raise AssertionError
    upload.remove()
    assert not begun.is_there
    with pytest.raises(NotFound):
        folder.opened(one, database, begun.id)


def test_portraits_that_one_host_found(database: Database) -> None:
    time = 0.0
    one, other = (PortraitRows(database, lambda: time) for _ in "12")
    assert other.note("Q76.json") is None
    one.write({"Q76.json": b"{}", "Q76.image": b"picture"})
    time = 2.0
    assert (other.note("Q76.json"), other.read("Q76.image")) == (b"{}", b"picture")
    assert other.forget("Q7") == 0
    assert other.forget("Q76") == 2
    time = 4.0
    assert one.note("Q76.json") is None


def test_a_portrait_comes_to_the_disk_of_another_host_and_leaves_it(
    host: Host, database: Database, photos: Mapping[str, bytes]
) -> None:
    time = 0.0
    rows = PortraitRows(database, lambda: time)
    client = LateClient("me@example.org", "1.0")
    own = host("two").cache / "portraits"
    shown = Portraits(own, client, enabled=False, shared=rows)
    assert shown.cached("Q76") is None
    time = 2.0
    first = host("one").cache
    first.mkdir(parents=True)
    put(first, "Q76", photos["obama.jpg"])
    files = {each.name: each.read_bytes() for each in (first / "portraits").iterdir()}
    PortraitRows(database).write(files)
    found = shown.cached("Q76")
    assert found is not None
    assert found.credit == CREDIT
    assert found.path.read_bytes() == photos["obama.jpg"]
    PortraitRows(database).forget("Q76")
    time = 4.0
    shown.sweep()
    assert list(own.iterdir()) == []
    assert shown.cached("Q76") is None


def test_what_hosts_agree_on_is_shown(host: Host, address: str, tmp_path: Path) -> None:
    one = host("one")
    secret(one)
    choices.choose(one, choices.MODEL, "better")

    def run(*command: str) -> str:
        done = CliRunner().invoke(main, ["hosts", *command], obj=one, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    shown = json.loads(run("show", "--json"))
    assert (shown["tables"], shown["oldest"], shown["together"]) == (
        migrations.HEAD,
        migrations.HEAD,
        True,
    )
    assert (shown["key"], shown["model"]) == ("sealed with a key in the database", "better")
    postgres.execute(address, "UPDATE agreed SET value = '0008' WHERE name = 'oldest'")
    assert "Writers: one at a time" in run("show")
    run("contract")
    assert "Writers: beside each other" in run("show")
    event = tmp_path / "site.toml"
    event.write_text('name = "봄날"\n')
    assert str(event) in run("site", str(event))
    assert "Site file: one for all" in run("show")
    alone = CliRunner().invoke(main, ["hosts", "show"], obj=replace(one, database=""))
    assert (alone.exit_code, "There is one host" in alone.output) == (1, True)


def test_models_and_site_are_chosen_for_all(host: Host, tmp_path: Path) -> None:
    one, other = host("one"), host("two")
    assert choices.joined(one) == one
    choices.choose(one, choices.MODEL, "better")
    assert choices.joined(other).model == "better"
    assert choices.joined(replace(other, model="own")).model == "own"
    event = tmp_path / "site.toml"
    event.write_text('name = "봄날"\n')
    assert shared_site.joined(replace(one, site=str(event))).site == str(event)
    joined = shared_site.joined(other)
    assert Path(joined.site).read_text() == event.read_text()
    changed = tmp_path / "changed.toml"
    changed.write_text('name = "가을"\n')
    with pytest.raises(InvalidParameter, match=r"another than that .*lookalike hosts site"):
        shared_site.joined(replace(other, site=str(changed)))
    shared_site.publish(other, changed)
    assert Path(shared_site.joined(one).site).read_text() == changed.read_text()


def test_a_visitor_may_be_answered_by_any_host(
    host: Host, settings: Settings, photos: Mapping[str, bytes], ending: ExitStack
) -> None:
    shared = {"results_per_day": 1, "trusted_proxies": "127.0.0.1", "cache": settings.cache}
    one, other = (
        ending.enter_context(serving.running(host(name, **shared))) for name in ("one", "two")
    )
    visitor = {"X-Forwarded-For": "203.0.113.9"}
    photo = {"photo": photos["obama.jpg"]}

    def post(server: Server, path: str, **data: str) -> httpx.Response:
        return patient.post(f"{server.url}/api/v1/{path}", headers=visitor, files=photo, data=data)

    first = post(one, "lookalikes", sealed="true").json()
    again = {"sealed": first["sealed"]}
    answer = patient.post(f"{other.url}/api/v1/lookalikes/again", data=again)
    assert answer.json()["faces"][0]["people"][0]["id"] == "Q76"
    made = post(one, "results", person="Q76").json()
    page, card = (patient.get(f"{other.url}/r/{made['id']}{each}") for each in ("", "/card.jpg"))
    assert (page.status_code, card.status_code) == (200, 200)
    assert card.headers["content-type"] == "image/jpeg"
    assert post(other, "results", person="Q76").status_code == 429
    token = {"X-Delete-Token": made["delete_token"]}
    gone = patient.delete(f"{other.url}/api/v1/results/{made['id']}", headers=token)
    assert gone.status_code == 204
    assert patient.get(f"{one.url}/r/{made['id']}").status_code == 404


def downgraded(address: str) -> None:
    """The database as the version before made it."""
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        connection.exec_driver_sql(
            "INSERT INTO collections (id, contract, created) VALUES ('mine', %s, now())",
            (SFACE.contract,),
        )
    engine.dispose()


# What the version before does when somebody is added: its lock, its columns, and no others.
BEFORE = """
SELECT pg_advisory_xact_lock(4307128782);
INSERT INTO people (collection, id, groups, websites, name_en)
    VALUES ('mine', 'P1', '[]', '[]', 'Nobody 1');
INSERT INTO changes (collection, person, stamp) VALUES ('mine', 'P1', 7)
"""
READS = "SELECT number, collection, person, face, stamp FROM changes ORDER BY number"


def test_the_version_before_runs_beside_this_one(
    host: Host, address: str, ending: ExitStack
) -> None:
    downgraded(address)
    postgres.execute(address, "INSERT INTO changes (collection, stamp) VALUES ('mine', 5)")
    gallery = Gallery.open(host("new"), SFACE)
    ending.callback(gallery.close)
    assert gallery.people("mine") == ()
    postgres.execute(address, BEFORE)
    assert [each.id for each in gallery.people("mine")] == ["P1"]
    add(gallery, 2)
    assert postgres.execute(address, READS)[-1][:3] == (3, "mine", "P2")
    database = gallery.store.database
    assert isinstance(database, Postgresql)
    assert (database.hosts().oldest, database.hosts().together) == ("0008", False)
    # Its readers take numbers for the order of transactions: writers still take turns.
    done = threading.Event()

    def write() -> None:
        with database.changing("b"):
            done.set()

    with database.changing("a"):
        waiting = threading.Thread(target=write)
        waiting.start()
        assert not done.wait(0.2)
    waiting.join(PATIENCE_S)
    database.contract()
    assert (database.hosts().oldest, database.hosts().together) == (migrations.HEAD, True)
    with database.changing("a"), database.changing("b"):
        pass


def test_this_version_runs_beside_a_newer_one(address: str) -> None:
    Postgresql(address).close()
    postgres.execute(address, "UPDATE alembic_version SET version_num = '9999'")
    beside = Postgresql(address)
    assert beside.hosts().tables == "9999"
    beside.close()
    postgres.execute(address, "UPDATE agreed SET value = '9999' WHERE name = 'oldest'")
    with pytest.raises(StoreUnavailable, match="newer Lookalike"):
        Postgresql(address)


def test_numbers_of_changes_have_64_bits(two: tuple[Gallery, Gallery], address: str) -> None:
    one, other = two
    add(one, 1)
    assert found(other, 1)
    postgres.execute(address, "ALTER SEQUENCE changes_number_seq RESTART WITH 5000000000")
    add(one, 2)
    assert found(other, 2)
    assert postgres.execute(address, READS)[-1][0] == 5_000_000_000


def test_what_the_address_says_reaches_the_driver(address: str) -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(8))
                connection.sendall(b"N")

        answering = threading.Thread(target=refuse)
        answering.start()
        port = listening.getsockname()[1]
        with pytest.raises(StoreUnavailable, match="does not support SSL, but SSL was required"):
            Postgresql(f"postgresql://me@127.0.0.1:{port}/name?sslmode=require")
        answering.join(PATIENCE_S)
    # What a client begins TLS with (postgresql.org/docs/current/protocol-message-formats.html).
    assert asked == [struct.pack(">ii", 8, 80877103)]
    with pytest.raises(InvalidParameter, match="LOOKALIKE_DATABASE_READS must be like"):
        Postgresql(address, "mysql://host/name")


def test_connections_are_as_many_as_are_set(
    address: str, host: Host, ending: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Address.of(host("one", database_connections=3))
    assert (chosen.primary, chosen.reads, chosen.connections) == (address, "", 3)
    monkeypatch.setattr(addresses, "_PATIENCE_S", 0.1)
    database = Postgresql(address, connections=2)
    ending.callback(database.close)
    with (
        database.reading(),
        database.reading(),
        pytest.raises(StoreBusy, match="LOOKALIKE_DATABASE_CONNECTIONS"),
        database.reading(),
    ):
        pass


def test_sealed_faces_and_visitors_are_those_of_all_hosts(host: Host, database: Database) -> None:
    from lookalike.rekognition.access.vault import Vault

    one, other = (Vault(host(name).home, "", database) for name in ("one", "two"))
    assert one.derived("sealed faces") == other.derived("sealed faces")
    assert one.derived("visitors") != other.derived("sealed faces")
    assert len(one.derived("visitors")) == 32
