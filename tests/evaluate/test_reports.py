"""Reports of real results: what they say, that they need nothing else, and that they come back."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.cli import main
from lookalike.config import Settings
from lookalike.errors import InvalidParameter, SetupError
from lookalike.evaluate.figures import Curve, Result, thinned
from lookalike.evaluate.protocols.pairs import Pairs, table
from lookalike.evaluate.protocols.verification import verify
from lookalike.evaluate.reports import charts, report, result_json
from lookalike.evaluate.reports.result_json import as_json
from lookalike.evaluate.vectors import Which, embed
from tests.support import shared

_PAIRS = """file1,file2,same,person1,person2,office
obama.jpg,obama2.jpg,1,o,o,president
biden.jpg,obama.jpg,0,b,o,president
astronaut.png,obama2.jpg,0,c,o,none
astronaut.png,free-mountain-vector-01.jpg,1,c,c,none
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory, photos: Mapping[str, bytes]) -> Pairs:
    folder = tmp_path_factory.mktemp("pairs")
    for name in re.findall(r"[\w-]+\.(?:jpg|png)", _PAIRS):
        (folder / name).write_bytes(photos[name])
    (folder / "few.csv").write_text(_PAIRS)
    return table(folder / "few.csv", Which.LARGEST)


@pytest.fixture(scope="module")
def result(pairs: Pairs, settings: Settings) -> Result:
    with shared.no_workers():
        vectors = embed(pairs.photos, settings, pairs.which)
    return verify(pairs, vectors, ["office"])


def test_a_result_comes_back(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "few.json"
    file.write_text(json.dumps(as_json(result), allow_nan=False))
    (again,) = result_json.read(file)
    assert as_json(again) == as_json(result)
    assert again.figure("accuracy") == result.figure("accuracy")
    assert again.curves == result.curves


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "verification"}', "\x00"])
def test_another_file_is_no_result(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    with pytest.raises(InvalidParameter, match="is not a result"):
        result_json.read(file)


def test_models_stand_side_by_side(result: Result, tmp_path: Path) -> None:
    other = replace(result, contract="other/1", data_sha256="0" * 64)
    written = report.write([result, other], tmp_path / "new" / "two.html")
    html, markdown, facts = (path.read_text("utf-8") for path in written)
    assert [path.name for path in written] == ["two.html", "two.md", "two.json"]
    for text in (html, markdown):
        assert text.index("sface-2021dec/1") < text.index("other/1")
        assert f"{result.figure('accuracy').estimate.value:.2%}" in text
        assert result.data_sha256[:16] in text
    assert "These models did not look at the same photos" in html
    assert html.count("<svg") == html.count("</svg>") == 4
    assert "free-mountain-vector-01.jpg" in html
    assert "<img" not in html
    assert not re.search(r'(?:src|href)="(?!#|data:)', html)
    assert [each["contract"] for each in json.loads(facts)["results"]] == [
        "sface-2021dec/1",
        "other/1",
    ]


def test_pictures_only_on_request(result: Result, pairs: Pairs, tmp_path: Path) -> None:
    report.write([result], tmp_path / "seen.html", pairs.photos)
    html = (tmp_path / "seen.html").read_text("utf-8")
    hard = {name for each in result.hardest for name in each.photos}
    assert len(set(re.findall(r'<img src="(data:image/jpeg;base64,[^"]+)"', html))) == len(hard)


def test_the_command(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "few.json"
    file.write_text(json.dumps(as_json(result)))
    out = tmp_path / "report.html"
    done = CliRunner().invoke(main, ["evaluate", "report", str(file), "--out", str(out)])
    assert (done.exit_code, done.output.split()[0]) == (0, str(out))
    assert "<h2" in out.read_text("utf-8")
    done = CliRunner().invoke(main, ["evaluate", "report", str(file), "--out", "report.pdf"])
    assert (done.exit_code, "called something.html" in done.output) == (1, True)


def test_without_matplotlib_it_says_what_to_install(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"pip install 'lookalike\[evaluate\]'"):
        report.write([result], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_a_thinned_curve_keeps_both_ends_and_every_decade() -> None:
    x = tuple([0.0] * 50 + [place / 1000 for place in range(1, 1001)])
    made = thinned(Curve("roc", "ROC", "FMR", "TAR", x, x), most=40)
    assert (made.x[0], made.x[1], made.x[-1]) == (0.0, 0.001, 1.0)
    assert len(made.x) <= 40
    assert sum(0.01 <= each < 0.1 for each in made.x) >= 10


def test_a_curve_without_an_error_is_drawn() -> None:
    """As of a few pairs that were all told apart: a logarithm has no place for zero."""
    told_apart = Curve("det", "DET", "FMR", "FNMR", (0.0, 0.0), (0.0, 1.0))
    drawn = charts.curves("det", {"mine": told_apart})
    assert "FNMR" in drawn
    assert "mine" in drawn


def test_a_measurement_writes_its_report(
    pairs: Pairs, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(settings.cache))
    table_file = next(iter(pairs.photos.values()))
    assert isinstance(table_file, Path)
    asked = ["evaluate", "pairs", str(table_file.with_name("few.csv")), "--json"]
    out = tmp_path / "few.html"
    done = CliRunner().invoke(main, [*asked, "--report", str(out), "--with-images"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["counts"]["genuine"] == 2
    assert "data:image/jpeg;base64," in out.read_text("utf-8")
    assert json.loads(out.with_suffix(".json").read_text())["results"] == [json.loads(done.stdout)]
