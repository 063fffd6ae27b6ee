"""Access keys: kept encrypted, limited to actions, collections and a rate, and made by command."""

from __future__ import annotations

import json
import stat
import string
import threading
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from lookalike import config
from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import InvalidParameter, NotFound, SecretsUnreadable
from lookalike.gate.rate_limit import RateLimit
from lookalike.rekognition.access import guard
from lookalike.rekognition.access.keys import Keys
from lookalike.rekognition.access.policy import ANYONE, Policy, Principal, authorize
from lookalike.rekognition.arns import collection_arn, collection_of
from lookalike.rekognition.wire.codec import Wire
from lookalike.rekognition.wire.faults import Fault

OPERATIONS = Wire().operations()


@pytest.fixture
def at_home(home: Path) -> Settings:
    return config.load({}, home=home)


@pytest.fixture
def keys(at_home: Settings) -> Iterator[Keys]:
    opened = Keys(at_home)
    yield opened
    opened.close()


def stored(home: Path) -> list[Mapping[str, object]]:
    engine = create_engine(f"sqlite:///{home / 'lookalike.sqlite3'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM access_keys")).mappings().all()
    engine.dispose()
    return [dict(row) for row in rows]


def test_keys_look_like_amazons_but_are_not(keys: Keys) -> None:
    made = [keys.create() for _ in range(20)]
    for each in made:
        assert len(each.key.id) == 20
        assert each.key.id.startswith("LOOK")
        assert set(each.key.id) <= set(string.ascii_uppercase + string.digits)
        assert len(each.secret) == 40
    assert len({each.key.id for each in made} | {each.secret for each in made}) == 40
    assert [each.id for each in keys.all()] == [each.key.id for each in made]


def test_secrets_lie_encrypted(keys: Keys, home: Path) -> None:
    made = keys.create("팀", Policy(("rekognition:Search*",), ("team-*",)), 2.5)
    (row,) = stored(home)
    assert row["secret"] != made.secret.encode()
    assert made.secret not in repr(made)
    for file in home.iterdir():
        assert made.secret.encode() not in file.read_bytes(), file
    key_file = home / "secret.key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    fernet = Fernet(key_file.read_bytes())
    assert fernet.decrypt(row["secret"]).decode() == made.secret  # type: ignore[arg-type]
    assert {each.name for each in home.iterdir() if each.name.startswith("secret")} == {
        "secret.key",
        "secret.lock",
    }


def test_a_key_is_found_as_it_was_made(keys: Keys, at_home: Settings) -> None:
    made = keys.create("팀", Policy(("rekognition:Search*",), ("team-*",)), 2.5)
    assert keys.find(made.key.id) == made
    assert keys.all() == (made.key,)
    again = Keys(at_home)
    assert again.find(made.key.id) == made
    again.close()
    assert keys.find("LOOKLIKENOBODY") is None


def test_every_process_knows_at_once(keys: Keys, at_home: Settings) -> None:
    other = Keys(at_home)
    made = keys.create()
    assert other.find(made.key.id) == made
    keys.enable(made.key.id, False)
    assert other.find(made.key.id) is None
    assert [each.enabled for each in other.all()] == [False]
    keys.enable(made.key.id, True)
    assert other.find(made.key.id) == made
    keys.delete(made.key.id)
    assert other.find(made.key.id) is None
    assert other.all() == ()
    other.close()


def test_unknown_keys_cannot_be_changed(keys: Keys) -> None:
    with pytest.raises(NotFound, match="There is no access key 'LOOKX'"):
        keys.enable("LOOKX", False)
    with pytest.raises(NotFound, match="There is no access key 'LOOKX'"):
        keys.delete("LOOKX")


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_rates_are_above_0(keys: Keys, rate: float) -> None:
    with pytest.raises(InvalidParameter, match="it must be above 0"):
        keys.create(rate=rate)
    assert keys.all() == ()


def test_the_key_of_the_secrets_may_come_from_the_environment(home: Path) -> None:
    given = Fernet.generate_key().decode()
    settings = config.load({"LOOKALIKE_SECRET_KEY": given}, home=home)
    assert given not in repr(settings)
    keys = Keys(settings)
    made = keys.create()
    assert keys.find(made.key.id) == made
    assert not (home / "secret.key").exists()
    keys.close()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (None, "is missing"),
        (b"", "is no key"),
        (b"x" * 44, "is no key"),
        (b"A" * 43 + b"=", "is not the key that they were encrypted with"),
    ],
)
def test_a_lost_key_is_told_and_not_replaced(
    at_home: Settings, home: Path, damage: bytes | None, why: str
) -> None:
    keys = Keys(at_home)
    made = keys.create()
    file = home / "secret.key"
    right = file.read_bytes()
    file.unlink() if damage is None else file.write_bytes(damage)
    for use in (lambda: keys.find(made.key.id), keys.create, keys.check):
        with pytest.raises(SecretsUnreadable) as caught:
            use()
        assert f"{file} {why}" in str(caught.value)
        assert "or delete the access keys" in str(caught.value)
    assert [each.id for each in keys.all()] == [made.key.id]
    file.write_bytes(right)
    assert keys.find(made.key.id) == made
    keys.close()


def test_two_that_make_the_first_key_share_one_file(at_home: Settings) -> None:
    made = []

    def make() -> None:
        keys = Keys(at_home)
        made.append(keys.create())
        keys.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    keys = Keys(at_home)
    assert keys.check() == 4
    assert {keys.find(each.key.id) for each in made} == set(made)
    keys.close()


ABOUT_TEAM = {"CollectionId": "team-a"}
TAGS = {"ResourceArn": collection_arn("eu-west-1", "team-a")}

# actions, collections, operation, request, and whether it is allowed
DECISIONS: list[tuple[list[str], list[str], str, dict[str, str], bool]] = [
    ([], [], "DeleteCollection", {"CollectionId": "any"}, True),
    (["Search*"], ["team-*"], "SearchFacesByImage", ABOUT_TEAM, True),
    (["rekognition:search*"], ["team-*"], "SearchFacesByImage", ABOUT_TEAM, True),
    (["Search*"], ["team-*"], "IndexFaces", ABOUT_TEAM, False),
    (["Search*"], ["team-*"], "SearchFaces", {"CollectionId": "other"}, False),
    (["Search*"], ["team-*"], "SearchFaces", {"CollectionId": "Team-a"}, False),
    (["Search*"], ["team-?"], "SearchFaces", {"CollectionId": "team-ab"}, False),
    (["Search*"], ["other", "team-?"], "SearchFaces", ABOUT_TEAM, True),
    (["ListFaces", "IndexFaces"], ["team-a"], "IndexFaces", ABOUT_TEAM, True),
    (["SearchFaces"], ["*"], "SearchFacesByImage", ABOUT_TEAM, False),
    (["*"], ["team-*"], "StartFaceSearch", ABOUT_TEAM, True),
    (["*"], ["team-*"], "GetFaceSearch", {"JobId": "a"}, True),
    (["*"], ["team-*"], "TagResource", TAGS, True),
    (["*"], ["other"], "TagResource", TAGS, False),
    (["*"], ["team-*"], "TagResource", {"ResourceArn": "team-a, or so, maybe"}, False),
    (["*"], ["*"], "TagResource", {"ResourceArn": "team-a, or so, maybe"}, True),
    (["*"], ["team-*"], "DetectFaces", {}, True),
    (["*"], ["team-*"], "CompareFaces", {}, True),
    (["Search*"], ["*"], "DetectFaces", {}, False),
    (["*"], ["team-*"], "RecognizeCelebrities", {}, False),
    (["*"], ["team-*"], "ListCollections", {}, False),
    (["*"], ["team-*", "*"], "ListCollections", {}, True),
]


@pytest.mark.parametrize(("actions", "collections", "operation", "request_", "allowed"), DECISIONS)
def test_policies(
    actions: list[str],
    collections: list[str],
    operation: str,
    request_: dict[str, str],
    allowed: bool,
) -> None:
    policy = Policy.of(actions, collections, OPERATIONS)
    assert policy.allows(operation, request_) is allowed
    assert Policy.read(policy.written()) == policy
    authorize(ANYONE, operation, request_, "eu-west-1")


@pytest.mark.parametrize(
    ("actions", "collections", "message"),
    [
        (["SearchFace"], [], "'rekognition:SearchFace' is no action of Rekognition"),
        (["s3:*"], [], "'rekognition:s3:\\*' is no action of Rekognition"),
        (["[SD]*"], [], "is no action of Rekognition"),
        ([""], [], "is no action of Rekognition"),
        ([], ["team a"], "'team a' can be no collection"),
        ([], ["[ab]"], "can be no collection"),
        ([], [""], "can be no collection"),
    ],
)
def test_policies_that_fit_nothing_are_refused(
    actions: list[str], collections: list[str], message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        Policy.of(actions, collections, OPERATIONS)


@pytest.mark.parametrize("pattern", ["bucket", "", "Bucket/x", "bucket/", "bucket/[ab]"])
def test_objects_that_cannot_be_are_refused(pattern: str) -> None:
    with pytest.raises(InvalidParameter, match=r"can be no S3 object: it must be like 'bucket/"):
        Policy.of((), (), OPERATIONS, (pattern,))


def test_policies_of_before_read_every_object() -> None:
    written = '{"actions": ["rekognition:*"], "collections": ["*"]}'
    assert Policy.read(written) == Policy()


def test_refusals_are_in_amazons_words() -> None:
    policy = Policy(("rekognition:Search*",), ("team-*",))
    principal = Principal("LOOKEXAMPLE", policy)
    for operation, request, resource in (
        (
            "SearchFaces",
            {"CollectionId": "x"},
            "arn:aws:rekognition:eu-west-1:000000000000:collection/x",
        ),
        ("ListCollections", {}, "*"),
    ):
        with pytest.raises(Fault) as caught:
            authorize(principal, operation, request, "eu-west-1")
        assert caught.value.code == "AccessDeniedException"
        assert caught.value.message == (
            "User: arn:aws:iam::000000000000:user/LOOKEXAMPLE is not authorized to perform: "
            f"rekognition:{operation} on resource: {resource} because no identity-based policy "
            f"allows the rekognition:{operation} action"
        )


@pytest.mark.parametrize(
    ("arn", "collection"),
    [
        ("arn:aws:rekognition:eu-west-1:000000000000:collection/team-a", "team-a"),
        ("aws:rekognition:us-west-2:123456789012:collection/myphotos", "myphotos"),
        ("arn:aws-cn:rekognition:cn-north-1:123456789012:collection/a.b_c", "a.b_c"),
        ("arn:aws:rekognition:eu-west-1:000000000000:collection/a/b", None),
        ("arn:aws:rekognition:eu-west-1:000000000000:project/a", None),
        ("arn:aws:s3:::collection/a", None),
        ("team-a", None),
    ],
)
def test_collections_are_read_from_resource_names(arn: str, collection: str | None) -> None:
    assert collection_of(arn) == collection


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rates_are_kept() -> None:
    clock = Clock()
    limit = RateLimit(1, clock)

    def admitted(key: str, rate: float, calls: int) -> int:
        return sum(limit.admits(key, rate) for _ in range(calls))

    assert admitted("A", 5, 20) == 5
    assert admitted("B", 2, 20) == 2
    clock.now += 0.2
    assert admitted("A", 5, 20) == 1
    clock.now += 60
    assert admitted("A", 5, 20) == 5
    assert admitted("slow", 0.5, 3) == 1
    clock.now += 1.9
    assert admitted("slow", 0.5, 3) == 0
    clock.now += 0.2
    assert admitted("slow", 0.5, 3) == 1


def test_workers_share_a_rate() -> None:
    clock = Clock()
    workers = [RateLimit(4, clock) for _ in range(4)]
    for each in workers:
        while each.admits("A", 20):
            pass
    clock.now += 1
    assert sum(each.admits("A", 20) for each in workers for _ in range(50)) == 20


@pytest.mark.parametrize(
    ("auth", "host", "checked"),
    [
        ("auto", "127.0.0.1", False),
        ("auto", "127.8.0.1", False),
        ("auto", "::1", False),
        ("auto", "localhost", False),
        ("auto", "0.0.0.0", True),
        ("auto", "::", True),
        ("auto", "", True),
        ("auto", "192.168.0.2", True),
        ("auto", "localhost.example.com", True),
        ("on", "127.0.0.1", True),
        ("off", "0.0.0.0", False),
    ],
)
def test_signatures_are_checked_beyond_loopback(
    at_home: Settings, auth: str, host: str, checked: bool
) -> None:
    settings = replace(at_home, auth=auth, host=host)  # type: ignore[arg-type]
    assert settings.checks_signatures is checked


def test_the_server_says_whether_it_checks(at_home: Settings, keys: Keys) -> None:
    beyond = replace(at_home, host="0.0.0.0")
    assert guard.explained(at_home) == (
        "Rekognition API: signatures are not checked (LOOKALIKE_AUTH=auto); this machine may call "
        "it on 127.0.0.1."
    )
    assert guard.explained(replace(beyond, auth="off")) == (
        "Rekognition API: signatures are not checked (LOOKALIKE_AUTH=off); ANYONE who can reach "
        "this server may call it on 0.0.0.0."
    )
    assert "no access key yet; make one with: lookalike keys create." in guard.explained(beyond)
    made = keys.create()
    assert "signatures are checked; 1 access key may call it." in guard.explained(beyond)
    keys.create()
    assert "2 access keys may call it." in guard.explained(beyond)
    keys.enable(made.key.id, False)
    assert "1 access key may call it." in guard.explained(beyond)
    (at_home.home / "secret.key").unlink()
    with pytest.raises(SecretsUnreadable):
        guard.explained(beyond)


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("LOOKALIKE_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "120")
    return CliRunner()


def called(run: CliRunner, *args: str) -> Result:
    return run.invoke(main, ["keys", *args])


def test_create_prints_a_profile(run: CliRunner, keys: Keys) -> None:
    done = called(run, "create", "--allow", "Search*", "--collection", "team-*", "--rate", "5")
    assert done.exit_code == 0, done.output
    profile = ConfigParser()
    profile.read_string(done.stdout)
    made = profile["lookalike"]
    found = keys.find(made["aws_access_key_id"])
    assert found is not None
    assert found.secret == made["aws_secret_access_key"]
    assert found.key.policy == Policy(("rekognition:Search*",), ("team-*",))
    assert found.key.rate == 5
    assert done.stderr == (
        "Allowed: rekognition:Search* on team-*. The secret is shown only now.\n"
    )
    assert called(run, "create", "--profile", "mine").stdout.startswith("[mine]\n")


def test_create_and_list_print_json(run: CliRunner) -> None:
    made = json.loads(called(run, "create", "--description", "[b]팀", "--json").stdout)
    assert made.keys() == {
        *("id", "secret", "description", "actions", "collections", "objects", "rate"),
        *("enabled", "created", "expires"),
    }
    secret = made.pop("secret")
    assert made["actions"] == ["rekognition:*"]
    assert made["collections"] == ["*"]
    assert json.loads(called(run, "list", "--json").stdout) == [made]
    listed = called(run, "list").stdout
    assert made["id"] in listed
    assert "[b]팀" in listed
    assert secret not in listed


def test_keys_are_disabled_enabled_and_deleted(run: CliRunner, keys: Keys) -> None:
    key_id = keys.create().key.id
    assert called(run, "disable", key_id).stdout == f"Disabled {key_id}.\n"
    assert "disabled" in called(run, "list").stdout
    assert keys.find(key_id) is None
    assert called(run, "enable", key_id).stdout == f"Enabled {key_id}.\n"
    assert keys.find(key_id) is not None
    assert called(run, "delete", key_id).stdout == f"Deleted {key_id}.\n"
    assert keys.all() == ()


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("disable", "LOOKX"), "There is no access key 'LOOKX'."),
        (("delete", "LOOKX"), "There is no access key 'LOOKX'."),
        (("create", "--allow", "Serch*"), "'rekognition:Serch*' is no action of Rekognition"),
        (("create", "--collection", "a b"), "'a b' can be no collection"),
        (("create", "--rate", "0"), "A rate of 0 is not allowed; it must be above 0."),
    ],
)
def test_mistakes_are_one_line(run: CliRunner, args: tuple[str, ...], line: str) -> None:
    done = called(run, *args)
    assert done.exit_code == 1
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
