"""The engine of the Python API: the same here, with our own networks, and on a server."""

from __future__ import annotations

import base64
import io
import json
import pickle
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import lookalike
from lookalike import errors
from lookalike.api.photo import AnyPhoto
from lookalike.api.questions.galleries import Import, Stated
from lookalike.api.questions.question import Pause, Request
from lookalike.config import Settings
from lookalike.faces.models.manifest import SFACE
from lookalike.gallery import people as gallery
from lookalike.gallery.portraits import Portrait
from lookalike.gallery.sources import pack
from tests.support.packs import changed, manifest
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


def opened(settings: Settings, home: Path) -> lookalike.Engine:
    return lookalike.open(home=home, cache=settings.cache, runtime=settings.runtime)


@pytest.fixture(scope="module")
def here(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[lookalike.Engine]:
    with opened(settings, tmp_path_factory.mktemp("here") / "home") as engine:
        yield engine


@pytest.fixture(scope="module")
def url(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(home=tmp_path_factory.mktemp("there") / "home") as server:
        yield server.url


@pytest.fixture(scope="module")
def there(url: str) -> Iterator[lookalike.Engine]:
    with lookalike.connect(url) as engine:
        yield engine


@pytest.fixture(params=["here", "there"])
def engine(request: pytest.FixtureRequest) -> lookalike.Engine:
    """Either of them: all that follows holds for both."""
    found: lookalike.Engine = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def folder(photos: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos of two people as an import takes them, and a table of one of them."""
    made = tmp_path_factory.mktemp("people")
    for name, photo in (("Eileen Collins", "astronaut.png"), ("Joe Biden", "biden.jpg")):
        (made / "photos" / name).mkdir(parents=True)
        (made / "photos" / name / photo).write_bytes(photos[photo])
    (made / "private.jpg").write_bytes(photos["obama.jpg"])
    (made / "table.csv").write_text(
        "name,images,born\nAileen,photos/Eileen Collins/astronaut.png,1956\n"
    )
    return made


def test_both_answer_alike(
    here: lookalike.Engine, there: lookalike.Engine, photos: Mapping[str, bytes]
) -> None:
    several, one = photos["multi_face.jpg"], photos["obama2.jpg"]
    asked: list[Callable[[lookalike.Engine], object]] = [
        lambda engine: engine.find(several, one, limit=3, collection="starter"),
        lambda engine: engine.find(one, limit=2, gender="female", origin="korean", living=True),
        lambda engine: engine.compare(one, several),
        lambda engine: engine.detect(several, guess=True),
        lambda engine: engine.explain(one, person="Q76"),
        lambda engine: engine.explain(several, reference=one, face=2),
        lambda engine: engine.embed(several).to_dict(),
        lambda engine: engine.model(),
        lambda engine: engine.galleries.search("김", limit=5, offset=1),
        lambda engine: engine.galleries.person("Q76"),
    ]
    for each in asked:
        assert each(here) == each(there)


def test_find_ranks_people_for_every_face(
    engine: lookalike.Engine, photos: Mapping[str, bytes]
) -> None:
    found = engine.find(photos["multi_face.jpg"], limit=4)
    assert (found.photo.width, found.photo.height, found.photo.format) == (1000, 667, "JPEG")
    assert [face.index for face in found.faces] == [0, 1, 2, 3, 4]
    for face in found.faces:
        assert [each.rank for each in face.people] == [1, 2, 3, 4]
        similar = [each.score.similarity for each in face.people]
        assert similar == sorted(similar, reverse=True)
    women = engine.find(photos["obama2.jpg"], limit=3, gender="female", origin="korean")
    assert {(each.gender, each.country) for each in women.faces[0].people} == {("female", "KR")}


def test_find_knows_a_president(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    found = engine.find(photos["obama2.jpg"], [photos["obama.jpg"], photos["biden.jpg"]], limit=1)
    (face,) = found.faces
    (best,) = face.people
    assert (best.id, best.name.ko, best.score.verdict) == ("Q76", "버락 오바마", "same-person")
    assert face.references[0].similarity > 99
    assert face.references[1].similarity < 60
    assert [len(each.faces) for each in found.references] == [1, 1]


def test_embeddings_are_compared_as_photos_are(
    engine: lookalike.Engine, photos: Mapping[str, bytes]
) -> None:
    one, other = (engine.embed(photos[each]) for each in ("obama.jpg", "obama2.jpg"))
    vectors = [each.faces[0].embedding for each in (one, other)]
    assert [(each.shape, each.dtype.name) for each in vectors] == [((128,), "float32")] * 2
    assert np.linalg.norm(vectors[0]) == pytest.approx(1)
    (score,) = engine.scores(vectors[0], [vectors[1]])
    compared = engine.compare(photos["obama.jpg"], photos["obama2.jpg"]).faces[0].score
    assert score.similarity == pytest.approx(compared.similarity, abs=0.01)
    assert score.cosine == pytest.approx(float(vectors[0] @ vectors[1]), abs=1e-5)


def test_photos_are_taken_as_programs_have_them(
    engine: lookalike.Engine, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "obama.jpg"
    path.write_bytes(photos["obama.jpg"])
    picture = PIL.Image.open(path)
    pixels = np.asarray(picture)
    sideways = picture.rotate(90, expand=True)
    sideways.getexif()[0x0112] = 6
    kinds: list[AnyPhoto] = [path, str(path), io.BytesIO(photos["obama.jpg"]), picture, pixels]
    kinds += [picture.convert("L"), picture.convert("CMYK"), np.asarray(picture.convert("RGBA"))]
    kinds += [sideways]
    expected = engine.detect(photos["obama.jpg"]).faces[0].box
    for each in kinds:
        (face,) = engine.detect(each).faces
        assert face.box.left == pytest.approx(expected.left, abs=8)
        assert face.box.height == pytest.approx(expected.height, abs=20)
    with path.open("rb") as file:
        assert engine.detect(file).faces[0].box == expected


def test_a_large_array_is_looked_at(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    picture = PIL.Image.open(io.BytesIO(photos["obama.jpg"])).resize((2730, 3411))
    for given in (np.asarray(picture), picture.convert("RGBA")):
        found = engine.detect(given)
        assert (found.photo.width, found.photo.format, len(found.faces)) == (2730, "JPEG", 1)


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda e, p: e.find(b"no photo"), errors.UnsupportedFormat, "Allowed: JPEG"),
        (lambda e, p: e.find(p["free-mountain-vector-01.jpg"]), errors.NoFace, "No face"),
        (lambda e, p: e.compare(p["obama.jpg"], b""), errors.DamagedImage, "0 bytes"),
        (lambda e, p: e.find(p["obama.jpg"], collection="none"), errors.CollectionNotFound, "none"),
        (lambda e, p: e.find(p["obama.jpg"], limit=0), errors.InvalidParameter, "limit: 0"),
        (lambda e, p: e.find(p["obama.jpg"], order="x"), errors.InvalidParameter, "identity, look"),
        (lambda e, p: e.find(p["obama.jpg"], field="x"), errors.InvalidParameter, "acting"),
        (lambda e, p: e.find(p["obama.jpg"], [b""] * 9), errors.InvalidParameter, "references: 9"),
        (lambda e, p: e.find(3), errors.InvalidParameter, "photo: a int; allowed are bytes"),
        (lambda e, p: e.find(np.zeros((9, 9))), errors.InvalidParameter, "float64, 9 x 9"),
        (lambda e, p: e.find(io.StringIO("x")), errors.InvalidParameter, "gave str, not bytes"),
        (lambda e, p: e.find("nowhere.jpg"), FileNotFoundError, "nowhere.jpg"),
        (lambda e, p: e.explain(p["obama.jpg"]), errors.InvalidParameter, "person or reference"),
        (lambda e, p: e.explain(p["obama.jpg"], person="?"), errors.PersonNotFound, "'?'"),
        (
            lambda e, p: e.explain(p["obama.jpg"], person="Q76", face=1),
            errors.InvalidParameter,
            "1",
        ),
        (lambda e, p: e.scores([1.0, 0.0], [[1.0]]), errors.InvalidParameter, "has 128"),
        (lambda e, p: e.scores([0.0] * 128, [[1.0] * 128]), errors.InvalidParameter, "direction"),
        (lambda e, p: e.scores([1.0], [1.0]), errors.InvalidParameter, "(n, dimension)"),
        (lambda e, p: e.galleries.person("a?b"), errors.PersonNotFound, "a?b"),
        (lambda e, p: e.galleries.search(limit=1001), errors.InvalidParameter, "1 to 1,000"),
        (lambda e, p: e.galleries.delete("none"), errors.CollectionNotFound, "none"),
        (lambda e, p: e.galleries.delete("starter"), errors.InvalidParameter, "read-only"),
        (lambda e, p: e.galleries.remove("Q76"), errors.PersonNotFound, "own"),
        (lambda e, p: e.galleries.add("X", []), errors.InvalidParameter, "photos: 0"),
        (lambda e, p: e.galleries.add("X", p["obama.jpg"], age=3), errors.InvalidParameter, "age"),
        (lambda e, p: e.galleries.add("X", p["multi_face.jpg"]), errors.PhotoError, "photo 1"),
        (
            lambda e, p: e.galleries.add("X", p["obama.jpg"], born="x"),
            errors.InvalidParameter,
            "born",
        ),
        (lambda e, p: e.galleries.load("nowhere"), errors.InvalidParameter, "neither a folder"),
    ],
)
def test_errors_are_the_same(
    engine: lookalike.Engine,
    photos: Mapping[str, bytes],
    ask: Callable[[lookalike.Engine, Mapping[str, bytes]], object],
    kind: type[Exception],
    says: str,
) -> None:
    with pytest.raises(kind, match=re.escape(says)):
        ask(engine, photos)


def test_an_error_says_which_photo(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    with pytest.raises(errors.NoFace) as raised:
        engine.find(
            photos["obama.jpg"], [photos["biden.jpg"], photos["free-mountain-vector-01.jpg"]]
        )
    assert (raised.value.subject, raised.value.number) == ("reference", 1)


def test_galleries(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    galleries = engine.galleries
    assert galleries.create("friends").people == 0
    with pytest.raises(errors.CollectionExists):
        galleries.create("friends")
    added = galleries.add(
        "Eileen Collins",
        iter([photos["astronaut.png"]]),
        collection="friends",
        licence="public domain",
        born="1956-11-19",
        fields=["science"],
    )
    assert (added.new, added.added, added.born, added.fields) == (
        True,
        1,
        "1956-11-19",
        ("science",),
    )
    again = galleries.add("Eileen Collins", photos["astronaut.png"], collection="friends")
    assert (again.id, again.new, again.added) == (added.id, False, 0)
    with pytest.raises(errors.Unlike) as unlike:
        galleries.add("eileen collins", photos["biden.jpg"], collection="friends")
    assert [each.id for each in unlike.value.people] == [added.id]
    more = galleries.add(None, photos["biden.jpg"], to=added.id, collection="friends")
    assert (more.id, more.added) == (added.id, 1)
    assert [each.id for each in galleries.list()][:2] == ["starter", "friends"]
    assert galleries.search("collins", collection="friends").people[0].name.en == "Eileen Collins"
    found = engine.find(photos["astronaut.png"], collection="friends")
    assert [each.id for each in found.faces[0].people] == [added.id]
    galleries.remove(added.id, collection="friends")
    assert galleries.search(collection="friends").total == 0
    galleries.delete("friends")
    assert "friends" not in {each.id for each in galleries.list()}


def test_importing_a_folder(
    engine: lookalike.Engine, folder: Path, photos: Mapping[str, bytes]
) -> None:
    report = engine.galleries.load(folder / "photos", collection="class", licence="CC0")
    assert (report.collection, report.people_added, report.portraits_added) == ("class", 2, 2)
    assert report.left_out == ()
    found = engine.find(photos["astronaut.png"], collection="class", limit=1)
    assert found.faces[0].people[0].name.en == "Eileen Collins"


def test_importing_again_and_a_table(here: lookalike.Engine, folder: Path) -> None:
    for added, already in ((2, 0), (0, 2)):
        report = here.galleries.load(folder / "photos", collection="again")
        assert (report.people_added, report.already) == (added, already)
    report = here.galleries.load(str(folder / "table.csv"), collection="table")
    assert repr(report) == (
        "ImportReport(to 'table': 1 people added, 0 changed, 1 of 1 photos added, 0 known before, "
        "0 left out)"
    )
    (person,) = here.galleries.search(collection="table").people
    assert (person.name.en, person.born) == ("Aileen", "1956")


def test_a_server_is_sent_what_a_table_names(folder: Path) -> None:
    """And no photo that lies beside it."""
    conversation = Import(folder / "table.csv", "table", Stated(licence="CC0")).there()
    sent = [next(conversation), conversation.send({"id": "1"}), conversation.send(None)]
    assert [each.query for each in sent if isinstance(each, Request)] == [
        None,
        {"name": "table.csv"},
        {"name": "photos/Eileen Collins/astronaut.png"},
    ]
    started = conversation.send(None)
    assert isinstance(started, Request)
    assert started.json == {"licence": "CC0", "collection": "table"}
    assert isinstance(conversation.send({"status": "waiting"}), Pause)


@pytest.fixture(scope="module")
def packed(
    here: lookalike.Engine, photos: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A pack of one person, of whom the vector is known."""
    vector = here.embed(photos["biden.jpg"]).faces[0].embedding
    person = gallery.Person("U1", "band", gallery.Text("조 바이든", "Joe Biden"), born="1942")
    path = tmp_path_factory.mktemp("packs") / "band.pack.zip"
    pack.write(path, "band", [(person, [Portrait(vector, image_id="1" * 64)])], SFACE)
    return path


def test_importing_a_pack(
    engine: lookalike.Engine, packed: Path, photos: Mapping[str, bytes]
) -> None:
    for collection, added in ((None, 1), ("band", 0), ("fans", 1)):
        report = engine.galleries.load(packed, collection=collection)
        assert report.collection == (collection or "band")
        assert (report.people_added, report.portraits_added) == (added, added)
        assert (report.already, report.left_out) == (1 - added, ())
    (best,) = engine.find(photos["biden.jpg"], collection="band").faces[0].people
    assert (best.name.ko, best.born, best.score.verdict) == ("조 바이든", "1942", "same-person")


def test_a_pack_of_another_model_is_looked_at_anew(
    engine: lookalike.Engine, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    written = io.BytesIO()
    PIL.Image.open(io.BytesIO(photos["astronaut.png"])).crop((140, 30, 310, 200)).resize(
        (320, 320)
    ).save(written, "JPEG")
    person = gallery.Person("U1", "crew", gallery.Text(en="Eileen Collins"))
    portrait = Portrait(np.eye(1, 512, dtype=np.float32)[0], thumbnail=written.getvalue())
    path, other = tmp_path / "crew.pack.zip", replace(SFACE, dimension=512, preprocessing=99)
    pack.write(path, "crew", [(person, [portrait])], other, thumbnails=True)
    report = engine.galleries.load(path)
    assert (report.collection, report.people_added, report.left_out) == ("crew", 1, ())
    assert [each.id for each in engine.galleries.search(collection="crew").people] == ["U1"]


def test_packs_that_are_refused(engine: lookalike.Engine, packed: Path) -> None:
    refused = errors.InvalidParameter, "The pack is refused: "
    other = manifest(packed, contract="strong/1")
    for made, (kind, says) in (
        ({"manifest__json": b"{}"}, refused),
        ({"people__jsonl": b""}, refused),
        ({"vectors__npy": None}, refused),
        ({"manifest__json": other}, (errors.ContractMismatch, "made with strong/1")),
    ):
        with pytest.raises(kind, match=says):
            engine.galleries.load(changed(packed, **made), collection="none")
    packed.with_name("none.zip").write_bytes(b"PK")
    with pytest.raises(errors.InvalidParameter, match="The pack is refused: it is no sound zip"):
        engine.galleries.load(packed.with_name("none.zip"))
    with pytest.raises(errors.InvalidParameter, match="read-only"):
        engine.galleries.load(packed, collection="starter")
    assert "none" not in {each.id for each in engine.galleries.list()}


def test_results_are_worth_reading(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    found = engine.find(photos["obama2.jpg"], limit=2)
    first, second = repr(found).splitlines()
    assert first == "Lookalikes(626 x 1200 JPEG, 1 face)"
    assert re.fullmatch(
        r"  MatchedFace\(0: \d+ x \d+ pixels at \(\d+, \d+\), most like Barack Obama · 버락 "
        r"오바마: 99\.\d, same-person\)",
        second,
    )
    assert re.fullmatch(
        r"Match\(1: Barack Obama · 버락 오바마 \(Q76\), similarity 99\.\d, same-person\)",
        repr(found.faces[0].people[0]),
    )
    told = found.to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["faces"][0]["people"][0]["score"]["verdict"] == "same-person"
    assert "_photo" not in json.dumps(told)
    with pytest.raises(FrozenInstanceError):
        found.photo = None  # type: ignore[assignment, misc]
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_notebook_shows_the_faces(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    several = photos["multi_face.jpg"]
    shown = [
        engine.find(several, limit=3)._repr_html_(),
        engine.detect(several)._repr_html_(),
        engine.embed(several)._repr_html_(),
        engine.compare(photos["obama.jpg"], several)._repr_html_(),
        engine.explain(photos["obama.jpg"], person="Q76")._repr_html_(),
    ]
    cut = [re.findall(r'src="data:image/jpeg;base64,([^"]+)"', each) for each in shown]
    assert [len(each) for each in cut] == [5, 5, 5, 6, 1]
    for each in cut[0]:
        (face,) = engine.detect(base64.b64decode(each)).faces
        assert 60 < face.box.width < 100
    assert 'href="https://www.wikidata.org/wiki/' in shown[0]


def test_threads_share_an_engine(engine: lookalike.Engine, photos: Mapping[str, bytes]) -> None:
    names = ("obama.jpg", "obama2.jpg", "biden.jpg", "multi_face.jpg")
    alone = [engine.find(photos[each], limit=2, collection="starter") for each in names]
    together = threading.Barrier(8)

    def ask(number: int) -> list[lookalike.Lookalikes]:
        together.wait()
        turned = names[number % 4 :] + names[: number % 4]
        found = {each: engine.find(photos[each], limit=2, collection="starter") for each in turned}
        return [found[each] for each in names]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [alone] * 8
