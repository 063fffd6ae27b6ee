"""`lookalike models add|list|remove`: real networks and spoilt ones, from files and addresses."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import InvalidParameter, ModelDamaged, ModelUnavailable
from lookalike.faces.models import download, installed, model_file, recipes, selftest
from lookalike.faces.models.manifest import Embedder
from lookalike.faces.vectors import unit
from lookalike.gallery.people import Credit
from lookalike.gallery.wikimedia import trial_portraits
from lookalike.gallery.wikimedia.portrait_cache import folder as portraits_folder
from tests.support import networks
from tests.support.serving import listening

SHA256 = hashlib.sha256(networks.SFACE).hexdigest()


class Models:
    """Runs `lookalike models` in a home of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder

    def __call__(self, *args: str, fails: int = 0) -> Result:
        environment = {
            "LOOKALIKE_HOME": str(self.settings.home),
            "LOOKALIKE_CACHE": str(self.settings.cache),
            "LOOKALIKE_PORTRAITS": "off",
            "COLUMNS": "200",
        }
        done = CliRunner().invoke(main, ["models", *args], env=environment)
        assert done.exit_code == fails, done.output
        return done

    def file(self, data: bytes, name: str = "network.onnx") -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def there(self) -> list[str]:
        """Names of the folders, half-made ones too."""
        folder = installed.folder(self.settings)
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def models(model_settings: Settings, tmp_path: Path) -> Models:
    return Models(model_settings, tmp_path)


@pytest.fixture
def portraits(tmp_path: Path, photos: Mapping[str, bytes]) -> str:
    """Three people, one of them with three photos."""
    folder = tmp_path / "portraits"
    (folder / "Obama").mkdir(parents=True)
    for name in ("obama.jpg", "obama2.jpg", "obama3.jpg"):
        (folder / "Obama" / name).write_bytes(photos[name])
    for name in ("biden.jpg", "astronaut.png"):
        (folder / name).write_bytes(photos[name])
    return str(folder)


def test_what_ships_is_listed_with_the_recipes(models: Models) -> None:
    found = json.loads(models("list", "--json").stdout)
    assert [(each["name"], each["used"]) for each in found["models"]] == [
        ("sface-2021dec", True),
        ("yunet-2023mar", True),
    ]
    assert found["models"][0]["contract"] == "sface-2021dec/1"
    by_name = {each["name"]: each for each in found["recipes"]}
    assert by_name.keys() == {each.name for each in recipes.known()}
    assert [by_name[name]["commercial"] for name in ("auraface-v1", "buffalo_l")] == [True, False]
    assert "antelopev2-detector" in models("list").stdout


def test_recipes_are_complete() -> None:
    for each in recipes.known():
        model_file.check(each.entry)
        download.check_address(each.entry.model.url)
        assert len(bytes.fromhex(each.entry.model.sha256)) == 32
        assert each.entry.model.member == "" or each.entry.model.url.endswith(".zip")


def test_a_recogniser_from_a_file(models: Models, portraits: str) -> None:
    added = models(
        "add",
        "other",
        "--file",
        models.file(networks.SFACE),
        "--licence",
        "Apache-2.0",
        "--photos",
        portraits,
    )
    assert f"has {SHA256}, which it is held to from now on" in added.stderr
    assert "Licence: Apache-2.0" in added.stderr
    assert "same and different: 100.0% of 3 pairs of one person against 7 of two" in added.stdout
    assert "Added other." in added.stdout
    assert models.there() == ["other"]
    entry = installed.entry(models.settings, "other")
    assert isinstance(entry, Embedder)
    # The network subtracts the mean itself, which its first nodes show.
    assert (entry.dimension, entry.size, entry.mean, entry.std) == (128, 112, 0, 1)
    assert entry.contract.startswith("other.")
    assert entry.contract.endswith("/1")
    assert models("remove", "other", "--yes").stdout == "Removed other.\n"
    assert models.there() == []


def test_a_network_of_512_numbers(models: Models, portraits: str) -> None:
    file = models.file(networks.turned())
    added = models(
        "add", "wide", "--file", file, "--licence", "MIT", "--photos", portraits, "--json"
    )
    found = json.loads(added.stdout)
    assert (found["dimension"], found["commercial"]) == (512, True)
    assert {each["passed"] for each in found["checks"]} == {True}


@pytest.mark.parametrize(
    ("network", "asked", "kept", "said"),
    [
        (networks.SFACE, (), "rgb", "rgb, as was said: it is better than bgr (by "),
        (networks.swapped(), (), "bgr", "bgr, though rgb was said: it is better (by "),
        (networks.swapped(), ("--colour", "bgr"), "bgr", "bgr, as was said: it is better than rgb"),
        (networks.SFACE, ("--colour", "bgr"), "bgr", "bgr, as was asked for; rgb is better (by "),
    ],
)
def test_the_better_order_of_colours_is_kept(
    models: Models, portraits: str, network: bytes, asked: tuple[str, ...], kept: str, said: str
) -> None:
    given = ("--licence", "MIT", "--photos", portraits, *asked, "--json")
    found = json.loads(models("add", "a", "--file", models.file(network), *given).stdout)
    checks = {each["name"]: each for each in found["checks"]}
    assert checks["colours"]["said"].startswith(said)
    assert checks["colours"]["passed"]
    entry = installed.entry(models.settings, "a")
    assert isinstance(entry, Embedder)
    assert entry.colour == kept
    # The contract is that of what is kept.
    assert found["contract"] == entry.contract


def test_orders_of_colours_that_are_as_good_are_not_told_apart() -> None:
    chance = np.random.default_rng(0)
    looks = selftest.Looks(*(unit(chance.normal(size=(6, 9)).astype(np.float32)) for _ in "abc"))
    people = ("a", "a", "b", "b", "c", "c")
    assert selftest.advantage(looks, looks, people) == 0
    mirrors = replace(looks, mirrored=unit(looks.plain + looks.mirrored))
    assert selftest.advantage(mirrors, looks, people) > 2
    assert selftest.advantage(looks, mirrors, people) < -2
    # Two photos cannot tell.
    few = [
        selftest.Looks(*(e[:2] for e in (m.plain, m.mirrored, m.plain))) for m in (mirrors, looks)
    ]
    assert selftest.advantage(few[0], few[1], ("a", "b")) == 0


def test_it_runs_with_onnx_runtime_too(
    models: Models, portraits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_RUNTIME", "onnxruntime")
    file = models.file(networks.turned())
    added = models("add", "wide", "--file", file, "--licence", "MIT", "--photos", portraits)
    assert "opens: with onnxruntime float32" in added.stdout


def test_without_photos_the_report_says_what_was_not_tried(models: Models) -> None:
    added = models("add", "odd", "--file", models.file(networks.faceless()), "--licence", "MIT")
    assert "not tried same and different: it needs photos of two people" in " ".join(
        added.stdout.split()
    )
    entry = installed.entry(models.settings, "odd")
    assert isinstance(entry, Embedder)
    assert (entry.dimension, entry.mean, entry.std) == (512, 127.5, 127.5)


def test_without_photos_it_looks_at_portraits_that_are_there(
    models: Models, photos: Mapping[str, bytes]
) -> None:
    folder = portraits_folder(models.settings)
    folder.mkdir(exist_ok=True)
    names = ("obama.jpg", "biden.jpg", "astronaut.png")
    for who, name in zip(trial_portraits.people(models.settings), names, strict=False):
        facts = {"media_type": "image/jpeg", "credit": asdict(Credit(None, None, None, None))}
        (folder / f"{who.id}.json").write_text(json.dumps(facts))
        (folder / f"{who.id}.image").write_bytes(photos[name])
    try:
        file = models.file(networks.turned())
        added = models("add", "wide", "--file", file, "--licence", "MIT")
        assert "100.0% of 3 photos and their mirror images against 3 of two" in added.stdout
        wrong = ("--licence", "MIT", "--mean", "127.5", "--std", "127.5")
        refused = models("add", "misfed", "--file", file, *wrong, fails=1)
        assert "FAILED    same and different" in refused.stdout
    finally:
        shutil.rmtree(folder)


def test_a_network_that_knows_no_faces_is_refused(models: Models, portraits: str) -> None:
    file = models.file(networks.faceless())
    done = models("add", "odd", "--file", file, "--licence", "MIT", "--photos", portraits, fails=1)
    assert "FAILED    same and different" in done.stdout
    assert "odd fails its self-test and was not added." in done.stderr
    assert models.there() == []


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (b"<html>moved</html>", (), "It is no ONNX file"),
        (b"", (), "It is no ONNX file"),
        (networks.SFACE[: len(networks.SFACE) // 2], (), "It is no ONNX file"),
        (networks.SFACE, ("--dimension", "512"), "Its vectors have 128 numbers, not 512."),
        (networks.SFACE, ("--size", "128"), "It takes 112 x 112 pixels, not 128 x 128."),
        (networks.SFACE, ("--std", "0"), "std: 0.0; it must be above 0."),
        (networks.faceless(side=700), (), "size: 700; allowed: 32 to 512."),
        (networks.YUNET, (), "Outputs: 12; a recogniser has 1."),
        (networks.SFACE, ("--kind", "detector"), "Outputs: 1; a scrfd detector has 9."),
        (b"PK\x03\x04 and no more", (), "The zip file cannot be read"),
    ],
)
def test_what_is_no_such_network_is_refused(
    models: Models, data: bytes, options: tuple[str, ...], said: str
) -> None:
    file = models.file(data)
    done = models("add", "odd", "--file", file, "--licence", "MIT", *options, fails=1)
    assert said in done.output
    assert models.there() == []


def test_weights_in_another_file_are_refused(models: Models) -> None:
    import onnx

    network = onnx.load_from_string(networks.faceless())
    network.graph.initializer[0].ClearField("raw_data")
    network.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    network.graph.initializer[0].external_data.add(key="location", value="/etc/hostname")
    file = models.file(network.SerializeToString())
    done = models("add", "odd", "--file", file, "--licence", "MIT", fails=1)
    assert "Its weights lie in another file; a model must be one file." in done.stderr


def test_a_network_of_another_input_is_refused(models: Models) -> None:
    import onnx

    network = onnx.load_from_string(networks.faceless())
    shape = network.graph.input[0].type.tensor_type.shape
    shape.dim[1].dim_value, shape.dim[3].dim_value = 112, 3
    file = models.file(network.SerializeToString())
    done = models("add", "odd", "--file", file, "--licence", "MIT", fails=1)
    assert "Its input is any x 112 x 112 x 3; it must be batch x 3 x side x side." in done.stderr


def test_a_licence_that_forbids_commercial_use_has_to_be_accepted(models: Models) -> None:
    file = models.file(networks.SFACE)
    done = models("add", "other", "--file", file, fails=1)
    assert "Licence: not stated" in done.stderr
    assert "accept it with --accept-licence" in done.stderr
    research = ("--licence", "research only")
    models("add", "other", "--file", file, *research, fails=1)
    assert models.there() == []
    models("add", "other", "--file", file, *research, "--accept-licence")
    found = json.loads(models("list", "--json").stdout)["models"][-1]
    assert (found["name"], found["licence"], found["commercial"]) == (
        "other",
        "research only",
        False,
    )


def test_names_are_checked_before_anything_is_loaded(models: Models) -> None:
    models("add", "other", "--file", models.file(networks.SFACE), "--licence", "MIT")
    for name, said in (
        ("other", "There is a model 'other' already"),
        ("sface-2021dec", "There is a model 'sface-2021dec' already"),
        ("../up", "A model cannot be called '../up'"),
        ("Großes", "A model cannot be called 'Großes'"),
    ):
        done = models("add", name, "--url", "https://192.0.2.1/x", "--licence", "MIT", fails=1)
        assert said in done.stderr
    assert models.there() == ["other"]


def test_one_place_to_come_from(models: Models) -> None:
    assert "Give one of" in models("add", "x", fails=2).stderr
    for more in (("--size", "112"), ("--sha256", SHA256), ("--licence", "MIT")):
        done = models("add", "x", "--recipe", "buffalo_l", *more, fails=2)
        assert "A recipe says all of that itself" in done.stderr
    done = models("add", "x", "--recipe", "buffalo", "--accept-licence", fails=1)
    assert "recipe: 'buffalo'; there are: sface-float32," in done.stderr


@pytest.mark.parametrize("name", ["sface-2021dec", "nobody"])
def test_what_cannot_be_removed(models: Models, name: str) -> None:
    done = models("remove", name, "--yes", fails=1)
    assert "ships with Lookalike" in done.stderr or "There is no model 'nobody'" in done.stderr


def test_an_entry_that_was_changed_by_hand_is_refused(models: Models) -> None:
    models("add", "other", "--file", models.file(networks.SFACE), "--licence", "MIT")
    path = installed.folder(models.settings) / "other" / model_file.FILE
    facts = json.loads(path.read_text())
    for changes, said in (
        ({"mean": 127.5}, "was changed by hand"),
        ({"colour": "grey"}, "colour: 'grey'; allowed: rgb, bgr"),
        ({"name": "else"}, "name: 'else'; allowed: other"),
        ({"file": "../../x"}, "file: '../../x'; allowed: model.onnx"),
        ({"size": "112"}, "size: 112; allowed"),
    ):
        path.write_text(json.dumps(facts | changes))
        with pytest.raises(ModelDamaged, match=said.replace(".", r"\.")):
            installed.entry(models.settings, "other")
    path.write_text("{")
    assert "is not what `lookalike models add` wrote" in models("list", fails=1).stderr
    models("remove", "other", "--yes")
    models("list")


def test_a_pack_that_was_never_finished_is_none(models: Models) -> None:
    left = installed.folder(models.settings) / ".other.1.part"
    left.mkdir(parents=True)
    (left / model_file.FILE).write_text("{")
    models("list")
    models("add", "other", "--file", models.file(networks.SFACE), "--licence", "MIT")


def test_a_home_that_cannot_be_written(models: Models) -> None:
    models.settings.home.write_text("a file")
    done = models("add", "x", "--file", models.file(networks.SFACE), "--licence", "MIT", fails=1)
    assert "models cannot be written" in done.stderr


def test_a_file_that_was_changed_is_never_opened(models: Models) -> None:
    from lookalike.faces.models.manifest import Folders, read

    models("add", "other", "--file", models.file(networks.SFACE), "--licence", "MIT")
    entry = installed.entry(models.settings, "other")
    Path(entry.model.path).write_bytes(b"changed")
    with pytest.raises(ModelDamaged, match="was added with fb143eea"):
        read(entry.model, Folders.of(models.settings))
    Path(entry.model.path).unlink()
    with pytest.raises(ModelUnavailable, match="lookalike models remove other"):
        read(entry.model, Folders.of(models.settings))


# What a server sends under each path, and the length it says that this has.
Files = Mapping[str, tuple[bytes, int]]


@contextmanager
def serving(files: Files, location: str = "") -> Iterator[str]:
    """An address on this machine; what is not among the files is elsewhere."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data, length = files.get(self.path, (b"", 0))
            self.send_response(200 if self.path in files else 302 if location else 404)
            self.send_header("Content-Length", str(length))
            self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with listening(Answer) as port:
        yield f"http://127.0.0.1:{port}"


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_onnx", ".onnx"), data)
    return made.getvalue()


def sent(data: bytes) -> tuple[bytes, int]:
    return data, len(data)


def test_a_recogniser_from_an_address(models: Models) -> None:
    with serving({"/sface.onnx": sent(networks.SFACE)}) as at:
        arguments = ("add", "other", "--url", f"{at}/sface.onnx", "--licence", "MIT")
        done = models(*arguments, "--sha256", "0" * 64, fails=1)
        assert f"has sha256 {SHA256}, but must have 0000" in done.stderr
        assert models.there() == []
        assert "No sha256 was given" not in models(*arguments, "--sha256", SHA256.upper()).stderr
    assert installed.entry(models.settings, "other").model.url == f"{at}/sface.onnx"


def test_a_recogniser_in_a_zip_file(models: Models) -> None:
    two = zipped(pack__face_onnx=networks.SFACE, pack__points_onnx=b"x", notes=b"hello")
    with serving({"/two.zip": sent(two), "/none.zip": sent(zipped(notes=b""))}) as at:
        done = models("add", "z", "--url", f"{at}/two.zip", "--licence", "MIT", fails=1)
        assert "must hold one network; its .onnx files are: pack/face.onnx, pack" in done.stderr
        done = models("add", "z", "--url", f"{at}/none.zip", "--licence", "MIT", fails=1)
        assert "its .onnx files are: none" in done.stderr
        models(
            "add",
            "z",
            "--url",
            f"{at}/two.zip",
            "--member",
            "face.onnx",
            "--licence",
            "MIT",
            "--sha256",
            SHA256,
        )
    assert models.there() == ["z"]
    folder = installed.folder(models.settings) / "z"
    assert sorted(each.name for each in folder.iterdir()) == ["model.json", "model.onnx"]


def test_a_recipe_is_held_to_its_sha256(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe's own, with its address on this machine."""
    known = recipes.recipe("auraface-v1")

    def moved(to: str, sha256: str) -> Any:
        model = replace(known.entry.model, url=to, sha256=sha256)
        return replace(known, entry=replace(known.entry, model=model))

    with serving({"/glintr100.onnx": sent(networks.turned())}) as at:
        found = [moved(f"{at}/glintr100.onnx", known.entry.model.sha256)]
        monkeypatch.setattr(recipes, "known", lambda: tuple(found))
        done = models("add", "aura", "--recipe", "auraface-v1", fails=1)
        assert f"but must have {known.entry.model.sha256}" in done.stderr
        found[0] = moved(found[0].entry.model.url, hashlib.sha256(networks.turned()).hexdigest())
        models("add", "aura", "--recipe", "auraface-v1")
    entry = installed.entry(models.settings, "aura")
    assert isinstance(entry, Embedder)
    assert (entry.dimension, entry.mean, entry.model.licence) == (512, 127.5, "Apache-2.0")


def test_a_download_that_ends_early_leaves_nothing(models: Models) -> None:
    with serving({"/short": (networks.SFACE[:1000], len(networks.SFACE))}) as at:
        for path in ("short", "missing"):
            done = models("add", "x", "--url", f"{at}/{path}", "--licence", "MIT", fails=1)
            assert f"{at}/{path} could not be loaded" in done.stderr
    done = models("add", "x", "--url", f"{at}/gone", "--licence", "MIT", fails=1)
    assert "could not be loaded" in done.stderr
    assert models.there() == []


@pytest.mark.parametrize("to", ["http://192.0.2.1/x", "ftp://192.0.2.1/x", "http://[", "file:///x"])
def test_only_https_is_asked(models: Models, to: str) -> None:
    done = models("add", "x", "--url", to, "--licence", "MIT", fails=1)
    assert "is not https" in done.stderr or "is no web address" in done.stderr
    if not to.endswith("["):
        with serving({}, location=to) as at:
            models("add", "x", "--url", f"{at}/away", "--licence", "MIT", fails=1)
    assert models.there() == []


def test_sizes_are_limited(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with serving({"/long": (b"x" * 2000, 2000), "/silent": (b"x", 1)}) as at:
        with pytest.raises(ModelUnavailable, match="more than 1,000 bytes"):
            download.download(f"{at}/long", target, lambda *_: None, most=1000)
        download.download(f"{at}/silent", target, lambda *_: None, most=1000)
    (tmp_path / "bomb.zip").write_bytes(zipped(a_onnx=bytes(10**6)))
    with pytest.raises(ModelUnavailable, match="more than 1,000 bytes"):
        download.unpack(tmp_path / "bomb.zip", "a.onnx", target, most=1000)
    with pytest.raises(ModelUnavailable, match="more than 1,000 bytes"):
        download.copy(tmp_path / "bomb.zip", target, most=1000)
    with pytest.raises(InvalidParameter, match="is not https"):
        download.check_address("http://example.org/model.onnx")
