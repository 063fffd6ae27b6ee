"""Every protocol on a few real photos, as a user runs it, and what its files may not hold."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from click.testing import CliRunner

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import InvalidParameter
from lookalike.evaluate import (
    Which,
    agree,
    detect,
    embed,
    identify,
    search_index,
    time_steps,
    verify,
)
from lookalike.evaluate.metrics import FAILED
from lookalike.evaluate.protocols import identification, pairs, triplets
from lookalike.evaluate.protocols.detection import wider
from lookalike.evaluate.protocols.identification import Several
from lookalike.evaluate.protocols.protocol import Protocol
from lookalike.evaluate.protocols.strangers import tail, tar_at_fmrs
from lookalike.evaluate.vectors import Vectors
from lookalike.faces.geometry import overlaps
from lookalike.faces.vectors import Floats
from tests.support import shared

NO_FACE = "free-mountain-vector-01.jpg"
HANKS = "Tom_Hanks_54745.png"


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    with shared.no_workers():
        yield


@pytest.fixture(scope="module")
def folder(photos: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every photo by its name."""
    made = tmp_path_factory.mktemp("photos")
    for name, data in photos.items():
        (made / name).write_bytes(data)
    return made


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


def embedded(protocol: Protocol, settings: Settings, cache: Path) -> Vectors:
    return embed(protocol.photos, settings, protocol.which, cache)


def written(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def judged(folder: Path) -> Path:
    """A table of pairs with groups."""
    return written(
        folder / "pairs.csv",
        [
            ("file1", "file2", "label", "fold", "gender1", "gender2"),
            ("obama.jpg", "obama2.jpg", 1, 1, "male", "male"),
            ("obama.jpg", "biden.jpg", 0, 1, "male", "male"),
            ("obama2.jpg", "obama3.jpg", 1, 2, "male", "male"),
            ("astronaut.png", HANKS, 0, 2, "female", "male"),
            (HANKS, NO_FACE, 1, 3, "male", "male"),
            ("astronaut.png", "biden.jpg", 0, 3, "female", "male"),
        ],
    )


def test_lfw_counts_a_photo_without_a_face(
    tmp_path: Path, settings: Settings, photos: Mapping[str, bytes], cache: Path
) -> None:
    names = {
        "A_0001": "obama.jpg",
        "A_0002": "obama2.jpg",
        "B_0001": "biden.jpg",
        "C_0001": "astronaut.png",
        "C_0002": NO_FACE,
    }
    for name, photo in names.items():
        (tmp_path / f"{name}.jpg").write_bytes(photos[photo])
    lines = ("2\t1", "A\t1\t2", "A\t1\tB\t1", "C\t1\t2", "B\t1\tC\t1")
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    protocol = pairs.lfw(tmp_path)
    vectors = embedded(protocol, settings, cache)
    assert vectors.failed == ("C_0002",)
    assert embedded(protocol, settings, cache).sha256 == vectors.sha256
    scores = vectors.cosines(protocol.rows)
    assert scores[0] > 0.5 > 0.3 > scores[1]
    assert scores[2] == FAILED
    found = verify(protocol, vectors)
    counts = ("genuine", "impostor", "pairs_without_face", "photos_without_face")
    assert [found.counts[each] for each in counts] == [2, 2, 1, 1]
    assert found.figure("fnmr_at_80").estimate.value == 0.5
    assert found.figure("fmr_at_80").estimate.value == 0
    with pytest.raises(KeyError):
        found.figure("rank_1")


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("1 1\nA 1 2 3 4\n")
    with pytest.raises(InvalidParameter, match="Line 2"):
        pairs.lfw(tmp_path)


def test_a_table_of_pairs_by_groups(judged: Path, settings: Settings, cache: Path) -> None:
    protocol = pairs.table(judged)
    assert protocol.folds.tolist() == [0, 0, 1, 1, 2, 2]
    assert protocol.columns["gender"][2:4] == ("male", "female and male")
    # The three photos of Obama are joined by their pairs; Hanks is said to be in NO_FACE.
    assert len(np.unique(protocol.people)) == 4
    found = verify(protocol, embedded(protocol, settings, cache), ["gender"])
    assert found.failed == (NO_FACE,)
    assert found.counts["pairs_without_face"] == 1
    assert found.figure("fnmr_at_80").estimate.value == pytest.approx(1 / 3)
    (by,) = found.groups
    assert [each.name for each in by.groups] == ["female and male", "male"]
    mixed, male = ({f.key: f for f in each.figures} for each in by.groups)
    assert (mixed["fmr_at_80"].rows, male["fmr_at_80"].rows) == (2, 1)
    assert np.isnan(mixed["fnmr_at_80"].estimate.value)
    assert all(each.too_few for each in male.values())
    assert by.ratios == ()
    hardest = [each for each in found.hardest if each.what == "genuine"]
    assert len(hardest) == 2
    assert all("obama2.jpg" in each.photos for each in hardest)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("file1", "same"), ("a", 1)], "'file2' is missing"),
        ([("file1", "file2", "same"), (), ("obama.jpg", "biden.jpg", "x")], "row 3: same is 'x'"),
        ([("file1", "file2", "same"), ("obama.jpg", "", 1)], "row 2: file2 is empty"),
        ([("file1", "file2", "same"), ("obama.jpg", "nobody.jpg", 1)], "'nobody.jpg'"),
        ([("file1", "file2", "same", "Same"), ("a", "b", 1, 1)], "there twice"),
        ([("file1", "file2", "same"), ("obama.jpg", "biden.jpg", 0)], "0 pairs of one person"),
        ([("file1", "file2", "same")], "no rows"),
        ([], "empty"),
    ],
)
def test_a_table_that_is_none_is_refused_by_row(
    folder: Path, rows: list[tuple[object, ...]], message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        pairs.table(written(folder / "wrong.csv", rows))


def test_all_pairs_of_two_people_are_those_of_a_slow_search(folder: Path, judged: Path) -> None:
    random = np.random.default_rng(7)
    people = np.repeat(np.arange(400), 5)
    centres = random.standard_normal((400, 128))
    unit = centres[people] + random.standard_normal((2000, 128))
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    vectors = Vectors("sface-2021dec/1", tuple(map(str, range(2000))), unit.astype(np.float32), "")
    rows = np.stack([np.arange(2000), np.roll(np.arange(2000), -1)], axis=1)
    protocol = pairs.Pairs(
        name="made up",
        photos={},
        which=Which.LARGEST,
        columns={},
        rows=rows,
        people=people[rows],
        same=people[rows[:, 0]] == people[rows[:, 1]],
        folds=np.arange(2000) % 10,
    )
    one, other = np.triu_indices(2000, 1)
    apart = people[one] != people[other]
    strangers = np.sort((vectors.vectors @ vectors.vectors.T)[one[apart], other[apart]])[::-1]
    found = tail(protocol, vectors)
    assert np.allclose(found.scores, strangers[: len(found.scores)], atol=1e-6)
    assert found.total(np.ones(400)) == len(strangers)
    figures = {each.key: each for each in tar_at_fmrs(protocol, vectors, vectors.cosines(rows))}
    tar = figures["tar_at_fmr_of_all/0.0001"]
    assert tar.at is not None
    assert tar.at == pytest.approx(strangers[int(1e-4 * len(strangers))], abs=1e-6)
    genuine = vectors.cosines(rows)[protocol.same]
    assert tar.estimate.value == pytest.approx((genuine > tar.at).mean(), abs=1e-3)
    assert tar.estimate.low <= tar.estimate.value <= tar.estimate.high


def packed(path: Path, content: object, protocol: int = 2) -> Path:
    path.write_bytes(pickle.dumps(content, protocol))
    return path


@pytest.fixture(scope="module")
def crops(engine: LocalEngine, photos: Mapping[str, bytes]) -> dict[str, tuple[bytes, Floats]]:
    """Aligned crops as PNG, with the vectors of their faces."""
    found = {}
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg", "astronaut.png"):
        face = engine.analyzer.analyze(photos[name]).faces[0]
        file = io.BytesIO()
        PIL.Image.fromarray(face.crop).save(file, "PNG")
        found[name] = file.getvalue(), face.embedding
    return found


def test_a_bin_file_is_embedded_as_it_is(
    tmp_path: Path,
    settings: Settings,
    cache: Path,
    crops: dict[str, tuple[bytes, Floats]],
) -> None:
    one, two, biden, collins = (crop for crop, _ in crops.values())
    images = [one, two, biden, collins, one, two, two, collins]
    flags = [True, False, True, False]
    expected = [vector for _, vector in crops.values()]
    asarray = [np.frombuffer(each, np.uint8) for each in images]
    for number, content in enumerate(
        [
            (images, flags),
            (asarray, np.array(flags)),
            (asarray, [np.bool_(each) for each in flags]),
        ]
    ):
        for version in (2, 5):
            path = packed(tmp_path / f"{number}-{version}.bin", content, version)
            protocol = pairs.packed(path)
            assert list(protocol.photos.values()) == images
            assert protocol.same.tolist() == flags
    # Both photos of Obama are one person, whichever pair they are in.
    assert len(np.unique(protocol.people)) == 3
    vectors = embedded(protocol, settings, cache)
    assert np.allclose(vectors.vectors[:4], expected, atol=0.02)
    assert verify(protocol, vectors).counts["photos_without_face"] == 0


def test_a_crop_of_another_size_is_counted_as_failed(
    tmp_path: Path,
    settings: Settings,
    cache: Path,
    crops: dict[str, tuple[bytes, Floats]],
    photos: Mapping[str, bytes],
) -> None:
    images = [crop for crop, _ in crops.values()] + [photos["biden.jpg"], b"no image"]
    protocol = pairs.packed(packed(tmp_path / "a.bin", (images, [True, False, True])))
    found = verify(protocol, embedded(protocol, settings, cache))
    assert found.failed == ("00004", "00005")
    assert found.counts["pairs_without_face"] == 1


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("false",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (([Harmful()], [True]), r"system, which is not allowed"),
        (([b"", b""], [subprocess.Popen]), r"Popen, which is not allowed"),
        (([np.zeros(3), np.zeros(3)], [True]), "array of 'f8'"),
        (([np.array([None]), b""], [True]), "array of 'O8'"),
        (([b"", b"", b""], [True]), "3 images for 1 pairs"),
        (([], []), "0 images for 0 pairs"),
        ("text", "InsightFace"),
        (([1, 2], [True]), "an image of int"),
    ],
)
def test_a_pickle_that_is_something_else_is_refused(
    tmp_path: Path, content: object, message: str
) -> None:
    with pytest.raises(InvalidParameter, match=message):
        pairs.packed(packed(tmp_path / "harmful.bin", content))


def test_a_file_that_is_no_pickle_is_refused(tmp_path: Path) -> None:
    for data in (b"", b"\x80\x02", b"not a pickle", pickle.dumps(([b"a"], [True]))[:-5]):
        (tmp_path / "a.bin").write_bytes(data)
        with pytest.raises(InvalidParameter, match="InsightFace"):
            pairs.packed(tmp_path / "a.bin")


@pytest.fixture(scope="module")
def searched(folder: Path) -> Path:
    """Three are enrolled; Hanks and the woman of `single_face.jpg` are not."""
    return written(
        folder / "search.csv",
        [
            ("file", "person", "role", "gender"),
            ("obama.jpg", "Obama", "enrol", ""),
            ("obama2.jpg", "Obama", "enrol", ""),
            ("biden.jpg", "Biden", "enrol", ""),
            ("astronaut.png", "Collins", "enrol", ""),
            ("obama3.jpg", "Obama", "probe", "male"),
            (NO_FACE, "Biden", "probe", "male"),
            (HANKS, "Hanks", "probe", "male"),
            ("single_face.jpg", "someone", "probe", "female"),
        ],
    )


def test_identification_counts_misses_and_strangers(
    searched: Path, settings: Settings, cache: Path
) -> None:
    protocol = identification.table(searched)
    vectors = embedded(protocol, settings, cache)
    by_name = dict(zip(vectors.names, vectors.vectors, strict=True))
    mean = by_name["obama.jpg"] + by_name["obama2.jpg"]
    cosines = [by_name[name] @ by_name["obama3.jpg"] for name in ("obama.jpg", "obama2.jpg")]
    expected = {
        Several.MEAN: by_name["obama3.jpg"] @ mean / np.linalg.norm(mean),
        Several.BEST: max(cosines),
    }
    for several, cosine in expected.items():
        found = identification.searched(protocol, vectors, several)
        assert found.mated.tolist() == [True, True, False, False]
        assert found.ranks[:2].tolist() == [1, np.inf]
        assert found.genuine[0] == pytest.approx(cosine, abs=1e-6)
        assert found.genuine[1] == FAILED
        assert (found.highest[2:] < 0.4).all()
        result = identify(protocol, vectors, ["gender"], several)
        assert result.figure("rank_1").estimate.value == 0.5
        assert result.figure("fnir_at_80").estimate.value == 0.5
        assert result.figure("fpir_at_80").estimate.value == 0
        assert result.counts["probes_without_face"] == 1
        assert result.counts["probes_of_strangers"] == 2
        assert {each.key for each in result.curves} == {"cmc", "det"}
    female, male = result.groups[0].groups
    assert (female.name, male.name) == ("female", "male")
    assert np.isnan(female.figures[0].estimate.value)
    assert male.figures[0].estimate.value == 0.5


def test_somebody_whose_portraits_all_failed_is_never_found(
    folder: Path, settings: Settings, cache: Path
) -> None:
    rows = [
        ("file", "person", "role", "round"),
        (NO_FACE, "Obama", "enrol", 1),
        ("biden.jpg", "Biden", "enrol", 1),
        ("obama.jpg", "Obama", "probe", 1),
        ("obama2.jpg", "Obama", "enrol", 2),
        ("obama.jpg", "Obama", "probe", 2),
    ]
    protocol = identification.table(written(folder / "rounds.csv", rows))
    vectors = embedded(protocol, settings, cache)
    for several in Several:
        found = identification.searched(protocol, vectors, several)
        assert found.ranks.tolist() == [np.inf, 1]
        assert found.mated.all()
    assert identify(protocol, vectors).counts["portraits_without_face"] == 1


def test_a_round_needs_both_roles(folder: Path) -> None:
    rows = [("file", "person", "role"), ("obama.jpg", "Obama", "enrol")]
    with pytest.raises(InvalidParameter, match="enrolled, and probed, in each round"):
        identification.table(written(folder / "half.csv", rows))


def test_agreement_with_people(judgements: Path, settings: Settings, cache: Path) -> None:
    protocol = triplets.table(judgements)
    result = agree(protocol, embedded(protocol, settings, cache))
    assert result.counts["triplets"] == 2
    assert result.counts["judgements_without_face"] == 1
    # Right twice, wrong once; the triplet without a face is not right.
    assert result.figure("agreement").estimate.value == 0.5
    assert result.figure("majority_agreement").estimate.value == 0.5
    # One and two have no majority against them: the others disagree. Three has both.
    human = result.figure("human_agreement")
    assert (human.rows, human.estimate.value) == (1, 0)
    assert [each.photos for each in result.hardest] == [("obama.jpg", "biden.jpg", "obama2.jpg")]


def test_detection_on_marked_faces(folder: Path, settings: Settings, engine: LocalEngine) -> None:
    group = engine.analyzer.analyze((folder / "t1.jpg").read_bytes()).faces
    assert len(group) == 6
    boxes = [(f.box.left, f.box.top, f.box.width, f.box.height) for f in group]
    lines = ["t1.jpg", "6"]
    # Of six faces one does not count, and one is marked where there is none.
    lines += [" ".join(f"{side:.1f}" for side in box) + " 0" * 6 for box in boxes[:4]]
    lines += [" ".join(f"{side:.1f}" for side in boxes[4]) + " 0 0 0 1 0 0"]
    lines += ["5 5 20 20 0 0 0 0 0 0", NO_FACE, "0", "0 0 0 0 0 0 0 0 0 0", ""]
    marks = folder / "marks.txt"
    marks.write_text("\n".join(lines))
    marked = wider(marks, folder)
    assert [len(each.boxes) for each in marked] == [5, 0]
    result = detect(marks.name, marked, settings)
    assert result.counts["faces_ignored"] == 1
    assert result.counts["detections_ignored"] == 1
    assert result.figure("recall").estimate.value == pytest.approx(4 / 5)
    assert result.figure("precision").estimate.value == pytest.approx(4 / 5)
    assert 0.6 < result.figure("average_precision").estimate.value <= 0.8
    sizes = {each.name: each.figures[1].estimate.value for each in result.groups[0].groups}
    assert sizes["16 to 31 px"] == 0
    assert result.drawn == "photos"


def test_overlap_is_the_share_of_the_union() -> None:
    one = np.array([(0, 0, 10, 10), (100, 100, 5, 5)], np.float64)
    other = np.array([(5, 0, 10, 10), (0, 0, 10, 10)], np.float64)
    assert overlaps(one, other).tolist() == [[pytest.approx(1 / 3), 1], [0, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t1.jpg\n2\n1 2 3 4\n", "line 1"),
        ("t1.jpg\nmany\n", "line 1"),
        ("t1.jpg\n1\n1 2 3\n", "line 1"),
        ("nobody.jpg\n0\n", "'nobody.jpg'"),
        ("t1.jpg\n1\n1 2 3 4 0 0 0 1\n", "No face is marked"),
        ("", "No face is marked"),
    ],
)
def test_annotations_that_are_none_are_refused(folder: Path, text: str, message: str) -> None:
    (folder / "wrong.txt").write_text(text)
    with pytest.raises(InvalidParameter, match=message):
        wider(folder / "wrong.txt", folder)


def test_every_step_has_a_time(engine: LocalEngine, photos: Mapping[str, bytes]) -> None:
    found = time_steps(engine, "obama.jpg", photos["obama.jpg"], runs=10)
    assert {each.key for each in found.figures} == {
        *("all", "decode", "detect", "mesh", "align", "embed", "match")
    }
    for each in found.figures:
        assert 0 < each.estimate.low <= each.estimate.value <= each.estimate.high
        assert each.unit == "ms"
    assert (found.counts["faces"], found.counts["runs"]) == (1, 10)


def test_the_index_finds_what_an_exact_search_finds() -> None:
    exact, scan, codes = search_index(30_000, "strangers")
    assert exact.figure("recall_at_10").estimate.value == 1
    assert scan.figure("recall_at_10").estimate.value > 0.99
    assert codes.figure("recall_at_10").estimate.value > 0.95
    assert codes.counts["identities"] == 30_000
    assert len(search_index(100, "around")) == 2


def ran(settings: Settings, *args: object) -> str:
    environment = {"LOOKALIKE_HOME": str(settings.home), "LOOKALIKE_CACHE": str(settings.cache)}
    done = CliRunner(env=environment).invoke(main, ["evaluate", *map(str, args)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_commands_print_tables_and_json(
    settings: Settings, judged: Path, searched: Path, cache: Path
) -> None:
    found = json.loads(ran(settings, "pairs", judged, "--by", "gender", "--cache", cache, "--json"))
    assert found["accuracy"] == found["figures"][0]["estimate"]["value"]
    assert found["interval"][0] <= found["accuracy"] <= found["interval"][1]
    assert found["fmr_at_80"]["value"] == 0
    assert found["groups"][0]["groups"][0]["figures"][0]["name"] == "Accuracy"
    shown = ran(settings, "pairs", judged, "--by", "gender", "--cache", cache)
    assert "Accuracy" in shown
    assert "too few" in shown
    assert "Rank 1" in ran(settings, "identify", searched, "--cache", cache)


@pytest.fixture(scope="module")
def judgements(folder: Path) -> Path:
    rows = [
        ("anchor", "a", "b", "closer", "judge"),
        ("obama.jpg", "obama2.jpg", "biden.jpg", "a", "one"),
        # The same triplet, the two shown the other way round.
        ("obama.jpg", "biden.jpg", "obama2.jpg", "b", "two"),
        ("obama.jpg", "obama2.jpg", "biden.jpg", "b", "three"),
        ("obama.jpg", "astronaut.png", NO_FACE, "a", "one"),
    ]
    return written(folder / "triplets.csv", rows)


def test_every_kind_has_a_command(
    settings: Settings,
    folder: Path,
    judgements: Path,
    cache: Path,
    tmp_path: Path,
    crops: dict[str, tuple[bytes, Floats]],
) -> None:
    one, two, biden, _ = (crop for crop, _ in crops.values())
    file = packed(tmp_path / "crops.bin", ([one, two, one, biden], [True, False]))
    marks = tmp_path / "marks.txt"
    marks.write_text("obama.jpg\n1\n373 94 236 325\n")
    found = json.loads(ran(settings, "bin", file, "--cache", cache, "--json"))
    assert (found["kind"], found["fnmr_at_80"]["value"]) == ("verification", 0)
    found = json.loads(ran(settings, "triplets", judgements, "--cache", cache, "--json"))
    assert (found["kind"], found["agreement"]) == ("triplets", 0.5)
    found = json.loads(ran(settings, "detection", marks, folder, "--json"))
    assert (found["kind"], found["average_precision"]) == ("detection", 1)
    (exact, _, _, _) = json.loads(ran(settings, "search", 50, "--json"))
    assert (exact["kind"], exact["recall_at_10"]) == ("search", 1)
    assert "Decode" in ran(settings, "speed", folder / "obama.jpg", "--runs", 10)


def test_a_protocol_of_a_folder(
    settings: Settings, photos: Mapping[str, bytes], tmp_path: Path, cache: Path
) -> None:
    shown = {"Obama": ("obama.jpg", "obama2.jpg", "obama3.jpg"), "Biden": ("biden.jpg",)}
    for person, names in shown.items():
        (tmp_path / "people" / person).mkdir(parents=True)
        for name in names:
            (tmp_path / "people" / person / name).write_bytes(photos[name])
    facts = written(tmp_path / "facts.csv", [("person", "office"), ("Obama", "44th")])
    out = tmp_path / "protocol.csv"
    said = ran(
        settings,
        *("protocol", "folder", tmp_path / "people", out),
        *("--portraits", 2, "--rounds", 3, "--people", facts),
    )
    assert said.startswith("9 rows")
    rows = read(out)
    assert {row["person"] for row in rows} == {"Obama"}
    assert [row["role"] for row in rows].count("enrol") == 6
    assert {row["office"] for row in rows} == {"44th"}
    found = json.loads(ran(settings, "identify", out, "--cache", cache, "--json"))
    assert (found["rank_1"], found["counts"]["probes"]) == (1, 3)
    left_out = ran(settings, "protocol", "folder", tmp_path / "people", out, "--left-out", 0.9)
    assert left_out.startswith("3 rows")
    assert {row["role"] for row in read(out)} == {"probe"}


def test_a_protocol_of_two_tables(
    settings: Settings, folder: Path, tmp_path: Path, cache: Path
) -> None:
    portraits = written(folder / "names.csv", [("id", "file"), ("Q76", "obama.jpg")])
    probes = written(tmp_path / "probes.csv", [("id", "photo"), ("Q76", "obama2.jpg")])
    out = tmp_path / "both.csv"
    ran(
        settings,
        *("protocol", "tables", portraits, probes, out, "--person", "id"),
        *("--probe-file", "photo", "--probe-photos", folder),
    )
    found = json.loads(ran(settings, "identify", out, "--cache", cache, "--json"))
    assert (found["rank_1"], found["counts"]["people_enrolled"]) == (1, 1)


def test_a_column_that_is_not_there_is_named_before_any_work(
    settings: Settings, judged: Path
) -> None:
    done = CliRunner().invoke(main, ["evaluate", "pairs", str(judged), "--by", "age"])
    assert done.exit_code == 1
    assert "no column 'age' to group by; there: gender" in done.output
