"""Plans, shards, and what is said at the start, without a cluster."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from lookalike.cluster import nodes
from lookalike.cluster.asking import Part, ask_all
from lookalike.cluster.nodes import Machine, Node
from lookalike.cluster.plan import Plan
from lookalike.cluster.shards import shard_of
from lookalike.config import Settings
from lookalike.errors import InvalidParameter, NoFace, PartMissing, SetupError
from lookalike.gallery.index.columns import Columns, Sample, encoded


def test_a_plan_is_read_as_it_was_written() -> None:
    plan = Plan(shards=3, faces=6, precision="bfloat16", host="10.0.0.1")
    assert Plan.of(plan.written()) == replace(plan, most_faces=6)
    assert Plan.of({"videos": 0}).videos == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"shard": 2}, "'shard' is not of a plan; these are: shards, copies"),
        ({"shards": 0}, "shards is 0; it must be a number of int above 0"),
        ({"copies": "2"}, "copies is '2'; it must be a number of int above 0"),
        ({"runtime": "fastest"}, "runtime is 'fastest'; it must be one of: openvino, onnxruntime"),
        ({"videos": -1}, "videos is -1; it must be"),
    ],
)
def test_what_is_no_plan_is_told_so(given: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidParameter, match=said):
        Plan.of(given)


def test_a_cluster_needs_a_store_that_machines_share(settings: Settings) -> None:
    with pytest.raises(SetupError, match="set LOOKALIKE_DATABASE to postgresql://"):
        Plan().pinned(settings)
    pinned = Plan(precision="bfloat16").pinned(replace(settings, database="postgresql://a/b"))
    assert (pinned.runtime, pinned.precision) == ("openvino", "bfloat16")


def test_people_are_dealt_out_evenly_and_alike_everywhere() -> None:
    dealt = Counter(shard_of(f"U{number}", 4) for number in range(10_000))
    assert all(2_300 < count < 2_700 for count in dealt.values())
    assert (
        shard_of("사람", 1_000) == int(hashlib.sha256("사람".encode()).hexdigest()[:6], 16) % 1_000
    )


def test_a_sample_of_parts_is_that_of_the_whole() -> None:
    names = [f"사람{number}" for number in range(1_000)]
    vectors = np.random.default_rng(0).normal(size=(1_000, 4)).astype(np.float16)
    whole = Columns.of(encoded(names), encoded([""] * 1_000), vectors)
    parts = [
        whole.some(np.array([shard_of(name.decode(), 3) == part for name in whole.names]))
        for part in range(3)
    ]
    right = whole.drawn(100)
    joined = Sample.joined([each.drawn(100) for each in parts], 100)
    assert joined.of == right.of == 1_000
    assert joined.names.tolist() == right.names.tolist()
    assert np.array_equal(joined.vectors, right.vectors)
    assert len(whole.drawn(2_000).names) == 1_000


class _Answer:
    """One copy's answer, as Ray gives it."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def result(self, *, timeout_s: float | None = None) -> object:
        if isinstance(self._answer, TimeoutError | ConnectionError):
            raise self._answer
        return self._answer

    def cancel(self) -> None:
        """It is not wanted any more."""


class _Copies:
    """Copies of a part that answer one after the other."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.asked = 0

    @property
    def ask(self) -> _Copies:
        return self

    def remote(self, *arguments: object, **options: object) -> _Answer:
        self.asked += 1
        return _Answer(self._answers.pop(0))


# Of Ray's own code, when it is imported.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_another_copy_is_asked_and_no_answer_lacks_a_part() -> None:
    slow, well = _Copies(TimeoutError(), [2]), _Copies([1])
    assert ask_all([Part("0", well, 1), Part("1", slow, 1)], "people_near") == [[1], [2]]
    gone = _Copies(*(ConnectionError("gone") for _ in range(3)))
    with pytest.raises(PartMissing, match="Shard 1 of the cluster does not answer"):
        ask_all([Part("Shard 0", _Copies([1]), 1), Part("Shard 1", gone, 1)], "people_near")
    assert gone.asked == 3


def test_what_a_method_raises_is_raised_here_and_asked_once() -> None:
    copies = _Copies(NoFace("none"), [1])
    with pytest.raises(NoFace, match="none"):
        Part("Faces", copies, 1).ask("analyze", b"")
    assert copies.asked == 1


def test_the_first_machine_makes_the_token_and_others_need_it(tmp_path: Path) -> None:
    made = nodes.environment(tmp_path / "first", {}, make=True)
    assert made["RAY_AUTH_MODE"] == "token"
    place = tmp_path / "first" / "cluster.token"
    assert place.read_text() == made["RAY_AUTH_TOKEN"]
    assert place.stat().st_mode & 0o777 == 0o600
    again = nodes.environment(tmp_path / "first", {}, make=True)
    assert again["RAY_AUTH_TOKEN"] == made["RAY_AUTH_TOKEN"]
    with pytest.raises(SetupError, match=r"copy cluster\.token from LOOKALIKE_HOME of the first"):
        nodes.environment(tmp_path / "second", {}, make=False)
    given = nodes.environment(tmp_path / "second", {"RAY_AUTH_TOKEN": "known"}, make=False)
    assert given["RAY_AUTH_TOKEN"] == "known"


def test_what_was_killed_left_its_file_and_is_not_there(tmp_path: Path) -> None:
    """Though there is a process of its number again, as in a container that starts anew."""
    node = Node(os.getpid(), "10.0.0.1:6379", head=True)
    (tmp_path / "cluster.json").write_text(json.dumps(asdict(node)))
    assert nodes.there(tmp_path) is None
    with FileLock(tmp_path / "cluster.lock"):
        assert nodes.there(tmp_path) == node
        with (
            pytest.raises(SetupError, match="a part of a cluster already"),
            nodes.running(tmp_path, Machine("10.0.0.1", 6379, "", 2), {}),
        ):
            pass
    assert nodes.there(tmp_path) is None


def test_who_starts_it_is_told_what_is_open() -> None:
    private = Machine("10.0.0.1", 6379, "", 2)
    (always,) = private.warnings({"RAY_AUTH_MODE": "token"})
    assert always.startswith("Ray listens on every address of this machine")
    public, _ = replace(private, host="8.8.8.8").warnings({"RAY_AUTH_MODE": "token"})
    assert "8.8.8.8 is not an address of a private network" in public
    trusting, _ = private.warnings({"RAY_AUTH_MODE": "disabled"})
    assert "whoever reaches a port of Ray" in trusting
    with pytest.raises(InvalidParameter, match="'db' is not an address"):
        list(replace(private, host="db").warnings({"RAY_AUTH_MODE": "token"}))
