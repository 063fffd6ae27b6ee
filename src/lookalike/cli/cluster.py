"""`lookalike cluster`: several machines as one server, with Ray and PostgreSQL; docs/scale.md."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lookalike import config
from lookalike.cli.terminal import FILE
from lookalike.errors import SetupError

if TYPE_CHECKING:
    from lookalike.cluster.plan import Plan
    from lookalike.cluster.running import State

# Seconds until everything answers, networks that are prepared for the first time included.
_STARTING_S = 300.0
_NOT_READY = 1
_NUMBER = click.IntRange(1)
_PARTS: tuple[tuple[str, str], ...] = (
    ("fronts", "Processes that answer requests, at most one on each machine."),
    ("faces", "Processes that look at photos, at least."),
    ("most-faces", "The same at most: between both Ray goes by how many photos wait."),
    ("copies", "Copies of each shard, on different machines."),
    ("videos", "Processes that look at videos and import people."),
)


def _parts(command: Callable[..., Any]) -> Callable[..., Any]:
    """How many of what, as options; what is not given stays."""
    for name, text in reversed(_PARTS):
        least = click.IntRange(0) if name == "videos" else _NUMBER
        command = click.option(f"--{name}", type=least, help=text)(command)
    return command


@click.group()
def cluster() -> None:
    """Run the server on several machines: Ray runs its parts, PostgreSQL holds the truth."""


@cluster.command()
@click.option("--join", default="", help="Address of a cluster, ADDRESS:PORT: be a part of it.")
@click.option("--node", default="127.0.0.1", help="This machine's address in the private network.")
@click.option("--ray-port", default=6379, type=click.IntRange(1, 65535), help="Ray's own port.")
@click.option("--cores", type=_NUMBER, help="Cores to give places on; all unless set.")
@click.option("--host", help="Address to listen on for requests; 127.0.0.1 unless set.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port for requests; 8000 unless set.")
@click.option("--shards", type=_NUMBER, help="Parts that people and faces are dealt out to.")
@_parts
@click.option("--runtime", type=click.Choice(["openvino", "onnxruntime"]), help="On all machines.")
@click.option("--precision", type=click.Choice(["float32", "bfloat16"]), help="On all machines.")
@click.option(
    "--plan",
    "plan_file",
    type=FILE,
    help="JSON file with any of these, and more; see docs/scale.md.",
)
def up(
    join: str,
    node: str,
    ray_port: int,
    cores: int | None,
    host: str | None,
    port: int | None,
    plan_file: Path | None,
    **parts: Any,
) -> None:
    """Be the first machine of a cluster, or join one, until stopped (Ctrl-C, SIGTERM or down)."""
    from lookalike.cluster import nodes
    from lookalike.cluster.plan import Plan

    settings = config.load(host=host, port=port)
    given = {"host": settings.host, "port": settings.port}
    given |= json.loads(plan_file.read_text("utf-8")) if plan_file else {}
    plan = Plan.of(given | {name: each for name, each in parts.items() if each is not None})
    settings = plan.pinned(settings)
    machine = nodes.Machine(node, ray_port, join, cores or os.cpu_count() or 1)
    environ = nodes.environment(settings.home, os.environ, make=not join)
    for warning in machine.warnings(environ):
        click.echo(warning, err=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with nodes.running(settings.home, machine, environ) as until_it_ends:
        if join:
            click.echo(f"This machine is a part of the cluster at {machine.address}.")
            until_it_ends()
        else:
            _lead(plan, settings, environ, machine.address, until_it_ends)
    raise SetupError(f"Ray has ended; {settings.home / 'cluster.log'} says why.")


@cluster.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def status(as_json: bool) -> None:
    """Say which machines and parts there are; exit code 1 unless everything answers."""
    from lookalike.cluster import running

    settings = config.load()
    with running.joined(settings):
        found = running.state()
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        _print(found)
    if not found.ready:
        sys.exit(_NOT_READY)


@cluster.command()
@_parts
def scale(**parts: int | None) -> None:
    """Change how many there are of a part, while it runs."""
    from lookalike.cluster import running
    from lookalike.cluster.plan import Plan

    settings = config.load()
    changes = {name: each for name, each in parts.items() if each is not None}
    plan = Plan.of(running.kept(settings.home).written() | changes)
    with running.joined(settings):
        running.deploy(plan, settings)
        running.keep(settings.home, plan)
        found = running.wait(_STARTING_S)
    _print(found)


@cluster.command()
def down() -> None:
    """End this machine's part of a cluster; on the first machine, the cluster."""
    from lookalike.cluster import nodes

    ended = nodes.end(config.load().home)
    what = "The cluster has ended." if ended.head else "This machine has left the cluster."
    click.echo(what)


def _lead(
    plan: Plan,
    settings: config.Settings,
    environ: Mapping[str, str],
    address: str,
    until_it_ends: Callable[[], object],
) -> None:
    """What the first machine does beside being one."""
    try:
        if not _apart(_deploy, plan, settings, environ, address):
            raise SetupError("Not everything answers; see lookalike cluster status.")
        click.echo(f"Ready: http://{settings.host}:{settings.port}")
        until_it_ends()
    finally:
        _apart(_end, environ, address)


def _apart(call: Callable[..., None], *given: object) -> bool:
    """Whether it went well, in a process of its own: Ray takes the signals of one that asks it."""
    process = multiprocessing.get_context("spawn").Process(target=call, args=given)
    process.start()
    process.join()
    return process.exitcode == 0


def _deploy(
    plan: Plan, settings: config.Settings, environ: Mapping[str, str], address: str
) -> None:
    from lookalike.cluster import running

    with running.connected(address, environ):
        running.deploy(plan, settings)
        running.keep(settings.home, plan)
        found = running.wait(_STARTING_S)
    _print(found)
    sys.exit(0 if found.ready else _NOT_READY)


def _end(environ: Mapping[str, str], address: str) -> None:
    from lookalike.cluster import running

    with running.connected(address, environ):
        running.end()


def _print(state: State) -> None:
    for each in state.machines:
        alive = "" if each.alive else ", gone"
        click.echo(f"machine {each.address}: {each.cores:g} cores{alive}")
    for part in state.parts:
        where = ", ".join(part.where)
        missing = f": {part.message}" if part.running < part.wanted and part.message else ""
        click.echo(f"{part.name}: {part.running} of {part.wanted} ({where}){missing}")
