"""What `deploy/` holds says the same as the code, and asks for no more than is needed."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from lookalike import config
from lookalike.cluster.plan import NAME, PATH, Plan
from lookalike.config import PREFIX, Settings
from lookalike.gate.names import Names
from lookalike.web.admission import largest_body
from tests.support import ROOT, containerfile, sandbox

FOLDER = ROOT / "deploy"
NAMES = {PREFIX + each.name.upper() for each in fields(Settings)}
# Seconds that a server takes to end at most (docs/public.md).
ENDS_S = config.load({}).drain + 3


@pytest.fixture(scope="module")
def stages() -> list[containerfile.Stage]:
    return containerfile.stages((FOLDER / "Containerfile").read_text("utf-8"))


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return compose()["services"]  # type: ignore[no-any-return]


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    return found


def unit() -> list[tuple[str, str]]:
    return sandbox.unit(FOLDER / "lookalike.service")


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def test_each_file_is_explained() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    for path in FOLDER.iterdir():
        assert f"../deploy/{path.name})" in page, path.name


def test_each_setting_that_is_named_is_one() -> None:
    own = {"LOOKALIKE_DOMAIN", "LOOKALIKE_UPSTREAM"}
    for path in FOLDER.iterdir():
        named = set(re.findall(r"LOOKALIKE_[A-Z_]+", path.read_text("utf-8")))
        assert named - own <= NAMES, path.name


# The image


def test_the_image_is_made_of_what_is_there_and_sent(stages: list[containerfile.Stage]) -> None:
    build, _ = stages
    sources = [each for copied, _, stage in build.copied if not stage for each in copied]
    ignored = (ROOT / ".containerignore").read_text().splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(sources)
    assert all((ROOT / each).exists() for each in sources)


def test_the_image_has_what_is_pinned_by_hash(stages: list[containerfile.Stage]) -> None:
    build, last = stages
    _, hashed, own = build.values("RUN")
    files = {f"requirements/{each.name}" for each in (ROOT / "requirements").glob("*.txt")}
    assert set(re.findall(r"requirements/\S+", hashed)) == files
    assert {"--require-hashes", "--no-deps"} <= set(shlex.split(hashed))
    assert {"--no-build-isolation", "--no-deps"} <= set(shlex.split(own))
    (made,) = last.values("RUN")
    assert "pip" not in made
    assert [stage for _, _, stage in last.copied] == ["build"]


def test_the_image_runs_as_nobody_and_keeps_what_is_in_volumes(
    stages: list[containerfile.Stage],
) -> None:
    last = stages[-1]
    user, group = last.the("USER").value.split(":")
    assert int(user) == int(group) > 1000
    volumes = last.the("VOLUME").listed
    environment = last.environment
    home, cache = (PurePosixPath(environment[PREFIX + name]) for name in ("HOME", "CACHE"))
    assert str(cache) in volumes
    # Not the volume itself, which a restore could not replace.
    assert str(home.parent) in volumes
    assert environment.keys() & NAMES == {f"{PREFIX}{each}" for each in ("HOME", "CACHE", "HOST")}
    port = str(config.load({}).port)
    assert last.the("EXPOSE").value == port
    assert f":{port}/readyz" in last.the("HEALTHCHECK").listed[-1]
    assert last.the("CMD").listed == ["lookalike", "serve"]


# Compose


def test_compose_gives_away_nothing(services: dict[str, Any]) -> None:
    for each in services.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert each["mem_limit"]
        assert "privileged" not in each
    assert services["lookalike"].get("ports") is None, "Caddy alone is reached from outside"
    assert services["lookalike"].get("cap_add") is None
    assert services["lookalike"]["init"] is True


def test_compose_keeps_what_the_image_says(
    services: dict[str, Any], stages: list[containerfile.Stage]
) -> None:
    made = compose()
    for service in services.values():
        named = [each.split(":")[0] for each in service["volumes"]]
        assert all((FOLDER / each).is_file() or each in made["volumes"] for each in named)
    paths = {each.split(":")[1] for each in services["lookalike"]["volumes"]}
    assert paths == set(stages[-1].the("VOLUME").listed)
    build = services["lookalike"]["build"]
    assert (FOLDER / build["context"] / build["dockerfile"]).is_file()
    assert services["caddy"]["depends_on"] == {"lookalike": {"condition": "service_healthy"}}
    assert int(services["lookalike"]["stop_grace_period"].removesuffix("s")) > ENDS_S


def test_compose_starts_a_public_server_that_believes_caddy_alone(
    services: dict[str, Any],
) -> None:
    given = {"LOOKALIKE_DOMAIN": "fans.example", "LOOKALIKE_ADMIN_TOKEN": "secret"}

    def filled(value: str) -> str:
        return re.sub(
            r"\$\{(\w+)(?::([-?])([^}]*))?\}",
            lambda found: given.get(found[1]) or (found[3] if found[2] == "-" else ""),
            value,
        )

    environment = {k: filled(v) for k, v in services["lookalike"]["environment"].items()}
    settings = config.load({**environment, "LOOKALIKE_HOST": "0.0.0.0"})
    assert settings.is_public
    assert settings.checks_signatures
    assert settings.admin_token == "secret"
    assert Names.of(settings).listed == ("fans.example",)
    (network,) = compose()["networks"]["front"]["ipam"]["config"]
    assert settings.trusted_proxies == network["subnet"]
    assert services["lookalike"]["networks"] == services["caddy"]["networks"] == ["front"]


# systemd


def test_the_unit_is_closed_and_ends_as_the_server_does() -> None:
    settings = dict(unit())
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == settings["AmbientCapabilities"] == ""
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "PrivateUsers"):
        assert settings[name] == "yes"
    assert settings["User"] != "root"
    assert {"MemoryMax", "MemoryHigh", "TasksMax", "LimitNOFILE"} <= settings.keys()
    # Only the server is told to end; its processes for photos work until then.
    assert settings["KillMode"] == "mixed"
    assert int(settings["TimeoutStopSec"]) > ENDS_S
    assert settings["OOMPolicy"] == "continue"


def test_the_unit_keeps_what_it_may_write() -> None:
    settings = dict(unit())
    environment = dict(each.split("=", 1) for each in settings["Environment"].split())
    loaded = config.load(environment)
    assert loaded.home.parent == Path("/var/lib") / settings["StateDirectory"]
    assert loaded.cache == Path("/var/cache") / settings["CacheDirectory"]


def test_the_settings_of_the_unit_are_those_of_a_public_server() -> None:
    lines = [line for line in text("lookalike.env").splitlines() if not line.startswith("#")]
    settings = config.load(dict(line.split("=", 1) for line in lines))
    assert settings.is_public
    assert settings.public_url in text("nginx.conf")
    assert settings.admin_token == "", "everybody chooses their own"


# Proxies


def test_proxies_take_the_largest_body_and_tell_who_asks() -> None:
    nginx, caddy = text("nginx.conf"), text("Caddyfile")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", nginx)
    assert int(megabytes) * 1024**2 >= largest_body(config.load({}))
    (megabytes,) = re.findall(r"max_size (\d+)MB", caddy)
    assert int(megabytes) * 1000**2 >= largest_body(config.load({}))
    for header in (
        "Host $http_host",
        "X-Forwarded-For $remote_addr",
        "X-Forwarded-Proto $scheme",
        "X-Forwarded-Prefix /look",
        'Forwarded ""',
    ):
        assert f"proxy_set_header {header};" in nginx
    assert "proxy_request_buffering off;" in nginx


@pytest.mark.parametrize("name", ["serve.yaml", "kuberay.yaml"])
def test_a_cluster_is_deployed_by_a_plan_that_there_is(name: str) -> None:
    first = next(yaml.safe_load_all((FOLDER / name).read_text("utf-8")))
    serve = yaml.safe_load(first["spec"]["serveConfigV2"]) if "spec" in first else first
    (application,) = serve["applications"]
    assert (application["name"], application["import_path"]) == (NAME, PATH)
    plan = Plan.of(application["args"])
    assert plan.written().items() >= application["args"].items()
    # Ray listens there, and the application has to know.
    assert serve["http_options"] == {"host": plan.host, "port": plan.port}


def test_machines_of_a_cluster_are_told_settings_that_there_are() -> None:
    cluster, policy = yaml.safe_load_all((FOLDER / "kuberay.yaml").read_text("utf-8"))
    groups = cluster["spec"]["rayClusterConfig"]
    pods = [groups["headGroupSpec"], *groups["workerGroupSpecs"]]
    for pod in pods:
        (container,) = pod["template"]["spec"]["containers"]
        told = {each["name"]: each["value"] for each in container["env"]}
        assert told.pop("RAY_AUTH_MODE") == "token"
        assert told.keys() <= NAMES
        assert container["envFrom"] == [{"secretRef": {"name": "lookalike"}}]
    assert policy["spec"]["ingress"][1] == {"ports": [{"port": 8000}]}
