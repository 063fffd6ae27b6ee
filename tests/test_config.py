"""The table of settings, the environment, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lookalike import config
from lookalike.errors import InvalidParameter


def test_defaults_need_no_environment() -> None:
    settings = config.load({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.celebrities == "strict"


def test_environment_is_read_by_type() -> None:
    given = {"LOOKALIKE_PORT": "9000", "LOOKALIKE_HOME": "~/x", "LOOKALIKE_RUNTIME": "onnxruntime"}
    settings = config.load(given)
    assert settings.port == 9000
    assert settings.home == Path("~/x").expanduser()
    assert settings.runtime == "onnxruntime"


def test_arguments_win_over_the_environment() -> None:
    assert config.load({"LOOKALIKE_PORT": "9000"}, port=9001).port == 9001
    assert config.load({"LOOKALIKE_PORT": "9000"}, port=None).port == 9000


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("LOOKALIKE_PORT", "x", "LOOKALIKE_PORT is 'x'; it must be a whole number."),
        ("LOOKALIKE_WORKERS", "0", "LOOKALIKE_WORKERS is 0; the least is 1."),
        ("LOOKALIKE_RUNTIME", "tpu", "must be one of: fastest, openvino, onnxruntime."),
    ],
)
def test_wrong_values_name_what_is_allowed(variable: str, value: str, message: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        config.load({variable: value})
    assert message in str(caught.value)


def test_every_setting_is_described() -> None:
    described = list(config.describe())
    assert all(each.help.endswith(".") for each in described)
    assert {each.name for each in described} == set(config.Settings.__slots__)
