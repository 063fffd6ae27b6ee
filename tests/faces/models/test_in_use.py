"""Another model in use: every front end takes it, says what it is worth, and refuses what it
cannot read.

`wide` is SFace with its 128 numbers turned into 512: its cosines are SFace's, its vectors are not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import boto3
import numpy as np
import pytest
from click.testing import CliRunner, Result

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import ContractMismatch, ModelUnavailable
from lookalike.faces.models import adding, installed
from lookalike.faces.models.adding import Source, Wish
from lookalike.faces.models.manifest import SFACE, Embedder
from lookalike.scores import calibrations
from lookalike.scores.calibrations import calibration, calibration_of
from lookalike.scores.similarity import Calibration
from tests.support import networks, patient
from tests.support.serving import Server

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="module")
def wide(
    settings: Settings, model_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A home with the model `wide`, which is not chosen."""
    folder = tmp_path_factory.mktemp("wide")
    (folder / "wide.onnx").write_bytes(networks.turned())
    chosen = replace(settings, home=folder / "home", cache=model_cache)
    plan = adding.by_wish("wide", Source(path=folder / "wide.onnx"), Wish(licence="MIT"))
    with adding.staged(chosen, plan) as at:
        adding.kept(chosen, plan.entry(at), at)
    return chosen


@pytest.fixture(scope="module")
def used(wide: Settings) -> Iterator[LocalEngine]:
    opened = LocalEngine(replace(wide, model="wide"))
    yield opened
    opened.close()


@pytest.fixture
def lookalike(wide: Settings, tmp_path: Path) -> Callable[..., Result]:
    """Runs a command in a home that has `wide`."""
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    (home / "models" / "wide").symlink_to(wide.home / "models" / "wide")

    def run(*args: str, fails: int = 0, **environment: str) -> Result:
        own = {"LOOKALIKE_HOME": str(home), "LOOKALIKE_CACHE": str(wide.cache), "COLUMNS": "160"}
        done = CliRunner().invoke(main, args, env=own | environment)
        assert done.exit_code == fails, done.output
        return done

    return run


def test_its_vectors_are_others_and_its_cosines_are_not(
    used: LocalEngine, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    assert used.contract.startswith("wide.")
    names = ("obama.jpg", "obama2.jpg", "biden.jpg")
    one, other = (
        np.array([each.analyzer.analyze(photos[name]).faces[0].embedding for name in names])
        for each in (used, engine)
    )
    assert one.shape == (3, 512)
    assert one @ one.T == pytest.approx(other @ other.T, abs=0.02)


def test_without_a_calibration_the_scores_are_strict_and_say_so(
    used: LocalEngine, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    assert not used.calibration.fitted
    assert engine.calibration.fitted
    for cosine in np.linspace(-1, 1, 81):
        fitted, strict = engine.calibration.score(cosine), used.calibration.score(cosine)
        assert strict.similarity <= fitted.similarity
        assert strict.resemblance <= fitted.resemblance
    pair = photos["obama.jpg"], photos["obama2.jpg"]
    assert used.compare(*pair).scores[0].similarity > 90
    assert engine.model.notes == ()
    unfitted, starter = used.model.notes
    assert "never calibrated" in (unfitted.en or "")
    assert "맞춰 보지 않았어요" in (unfitted.ko or "")
    assert "lookalike gallery build world" in (starter.en or "")


def test_the_command_line(
    lookalike: Callable[..., Result], photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    for name in ("obama.jpg", "obama2.jpg", "biden.jpg"):
        (tmp_path / name).write_bytes(photos[name])
    one, two, three = (str(tmp_path / name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg"))
    lookalike("gallery", "add", "Barack Obama", one, "--thumbnails")
    said = lookalike("models", "use", "wide").stdout
    assert "wide is the recogniser in use." in said
    assert "Made with other models: mine (sface-2021dec/1)." in said
    assert "lookalike gallery migrate" in said
    assert "wide" in lookalike("models", "list").stdout
    refused = lookalike("find", two, fails=1)
    assert "'mine' was made with sface-2021dec/1, but wide." in refused.stderr
    assert "lookalike gallery migrate" in refused.stderr
    assert "1 have a thumbnail that wide." in lookalike("gallery", "migrate").stdout
    lookalike("gallery", "add", "Joe Biden", three)
    done = lookalike("find", two, "--json")
    found = json.loads(done.stdout)
    assert [each["name"]["en"] for each in found["faces"][0]["people"]] == [
        "Barack Obama",
        "Joe Biden",
    ]
    assert found["faces"][0]["people"][0]["score"]["verdict"] == "same-person"
    model = found["model"]
    assert (model["embedder"], model["detector"]) == ("wide", "yunet-2023mar")
    assert model["calibrated"] is False
    assert [note["en"] for note in model["notes"]] == [
        line.partition(" · ")[0] for line in done.stderr.splitlines()
    ]
    assert "never calibrated" in lookalike("compare", one, two).stderr


def test_one_in_use_is_not_removed(lookalike: Callable[..., Result]) -> None:
    lookalike("models", "use", "wide")
    assert (
        "wide is in use; `lookalike models use` another"
        in lookalike("models", "remove", "wide", "--yes", fails=1).stderr
    )
    lookalike("models", "use", "sface-2021dec")
    done = lookalike("models", "remove", "wide", "--yes", fails=1, LOOKALIKE_MODEL="wide")
    assert "wide is in use" in done.stderr


def test_the_environment_wins(wide: Settings, lookalike: Callable[..., Result]) -> None:
    assert installed.embedder(wide) == SFACE
    assert installed.embedder(replace(wide, model="wide")).dimension == 512
    done = lookalike("models", "use", "wide", LOOKALIKE_MODEL="sface-2021dec")
    assert "But LOOKALIKE_MODEL is set, and wins" in done.stderr
    rows = json.loads(lookalike("models", "list", "--json").stdout)["models"]
    assert [each["name"] for each in rows if each["used"]] == ["yunet-2023mar", "wide"]
    with pytest.raises(ModelUnavailable, match="is a detector; LOOKALIKE_DETECTOR"):
        installed.embedder(replace(wide, model="yunet-2023mar"))
    with pytest.raises(ModelUnavailable, match="is a recogniser; LOOKALIKE_MODEL"):
        installed.finder(replace(wide, detector="wide"))
    with pytest.raises(
        ModelUnavailable, match="'gone'; there are: sface-2021dec, yunet-2023mar, w"
    ):
        installed.embedder(replace(wide, model="gone"))


def test_the_server(
    wide: Settings, serve: Serve, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    with serve(home=wide.home, cache=wide.cache, model="wide") as server:
        files = {"source": photos["obama.jpg"], "target": photos["obama2.jpg"]}
        answer = patient.post(f"{server.url}/api/v1/compare", files=files).json()
        assert answer["model"]["calibrated"] is False
        assert "never calibrated" in answer["model"]["notes"][0]["en"]
        family = patient.post(
            f"{server.url}/api/v1/family",
            files=[
                ("child", photos["obama.jpg"]),
                ("parent", photos["obama2.jpg"]),
                ("parent", photos["biden.jpg"]),
            ],
        ).json()
        assert (family["closer"], family["model"]["calibrated"]) == (0, False)
        for language, said in (("ko", "맞춰 보지 않았어요"), ("en", "never calibrated")):
            assert said in patient.get(f"{server.url}/?lang={language}").text
        client = boto3.client(
            "rekognition",
            endpoint_url=server.url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )
        faces = client.compare_faces(
            SourceImage={"Bytes": photos["obama.jpg"]}, TargetImage={"Bytes": photos["obama2.jpg"]}
        )
        assert faces["FaceMatches"][0]["Similarity"] > 90
        made = client.create_collection(CollectionId="fans")
        assert made["FaceModelVersion"].startswith("2.")
        client.close()
        biden = {"name": "Joe Biden"}, {"photos": photos["biden.jpg"]}
        added = patient.post(f"{server.url}/api/v1/people", data=biden[0], files=biden[1]).json()
        sent = {"person": added["id"], "lang": "en"}
        shared = patient.post(
            f"{server.url}/api/v1/results", data=sent, files={"photo": photos["obama.jpg"]}
        ).json()
        assert "a rough estimate" in patient.get(shared["url"]).text


def test_a_calibration_of_ones_own(wide: Settings) -> None:
    settings = replace(wide, model="wide")
    chosen = installed.embedder(settings)
    shipped = calibration(SFACE.contract)
    path = installed.calibration_file(settings, chosen)

    def write(contract: str) -> Embedder:
        calibrations.write(replace(shipped, contract=contract), "LFW", path)
        return installed.embedder(settings)

    try:
        own = calibration_of(write(chosen.contract))
        assert own.fitted
        assert own.score(0.45) == shipped.score(0.45)
        with pytest.raises(ContractMismatch, match="was fitted for other/1, but wide"):
            calibration_of(write("other/1"))
        path.write_text("{}")
        with pytest.raises(ContractMismatch, match="cannot be read"):
            calibration_of(installed.embedder(settings))
    finally:
        path.unlink()


def test_a_calibration_of_ones_own_for_the_model_that_ships(model_settings: Settings) -> None:
    path = installed.calibration_file(model_settings, SFACE)
    path.parent.mkdir(parents=True)
    own = Calibration(SFACE.contract, (-1.0, 0.5, 0.6), (0.0, 4.0, 6.0), observed_to=0.4)
    calibrations.write(own, "few", path)
    chosen = installed.embedder(model_settings)
    assert chosen.contract == SFACE.contract
    assert calibration_of(chosen).score(0.5).similarity == 80
    assert [each.model.name for each in installed.entries(model_settings)] == [
        "sface-2021dec",
        "yunet-2023mar",
    ]


def test_what_a_contract_depends_on(wide: Settings) -> None:
    chosen = installed.embedder(replace(wide, model="wide"))
    same = replace(chosen, calibration="elsewhere", model=replace(chosen.model, url="elsewhere"))
    assert same.contract == chosen.contract
    others = (
        replace(chosen, mean=1.0),
        replace(chosen, std=2.0),
        replace(chosen, colour="bgr"),
        replace(chosen, size=224),
        replace(chosen, preprocessing=2),
        replace(chosen, model=replace(chosen.model, sha256="0")),
    )
    assert len({each.contract for each in (chosen, *others)}) == 7
