"""Starts the server: what is wrong is said first, and then one process answers, or several.

Networks are opened first, in the process that looks at photos, while this one imports what the
gallery, the page and the APIs are made of. So most of this module's imports stand where that is
under way.
"""

from __future__ import annotations

import logging
import logging.config
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lookalike import config
from lookalike.cache import usable
from lookalike.config import Settings
from lookalike.errors import InvalidParameter
from lookalike.processes import end_with_parent, end_within, share_heaps
from lookalike.watch import board, logs

if TYPE_CHECKING:
    from fastapi import FastAPI

    from lookalike.database.database import Database
    from lookalike.faces.apart.faces import Faces

_AWS = "Photos are sent to Amazon Rekognition, which charges for every call."

_NO_CONTACT = (
    "Nobody can ask you to be left out: set LOOKALIKE_CONTACT to an e-mail or web address, which "
    "the pages about privacy and people show."
)

# Seconds that a process has for its end, after the requests that were under way.
_GIVEN_UP_S = 3.0

# Gives the networks when they are open; None where the engine needs none of ours.
Opening = Callable[[], "Faces | None"]


def run(settings: Settings) -> None:
    """Serve until stopped. Workers are processes of their own, told their settings by
    environment variables.

    Raises:
        ModelUnavailable: a network that vectors depend on is not there.
        StoreUnavailable, SecretsUnreadable: the access keys cannot be read.
        InvalidParameter: a setting, the site file, or the AWS endpoint, is not as it must be.
        CollectionNotFound: it names a collection that is not there.
        AwsError: the engine is Amazon Rekognition, and no region is set.
    """
    settings = usable(replace(settings, log_key=settings.log_key or secrets.token_hex()))
    if settings.database:
        settings = _joined(settings)
    logging.config.dictConfig(logs.configuration(settings))
    _check_networks(settings)
    if settings.workers == 1:
        share_heaps()
        networks = _opening(settings)
        _check(settings)
        _serve(_app(settings, networks), settings)
        return
    _check(settings)
    from lookalike.web.sealed_faces import KEY

    for each in fields(settings):
        os.environ[config.PREFIX + each.name.upper()] = str(getattr(settings, each.name))
    os.environ[KEY] = os.urandom(32).hex()
    with board.shared():
        _serve("lookalike.launch:worker_app", settings)


def _joined(settings: Settings) -> Settings:
    """With what all hosts have agreed on that share the database."""
    from lookalike.database.shared import choices
    from lookalike.web.site import shared_site

    return shared_site.joined(choices.joined(settings))


def worker_app() -> FastAPI:
    """What a worker process serves."""
    share_heaps()
    # Whoever killed the supervisor wants its port.
    end_with_parent()
    settings = usable(config.load())
    return _app(settings, _opening(settings))


def _serve(app: FastAPI | str, settings: Settings) -> None:
    """
    Args:
        app: of this process, or what makes that of each worker.
    """
    import uvicorn

    uvicorn.run(
        app,
        factory=isinstance(app, str),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=logs.configuration(settings),
        **uvicorn_options(settings),
    )


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn serves, wherever it listens."""
    from lookalike.gate import connections

    return {
        "http": connections.protocol(settings),
        # Nothing here speaks it.
        "ws": "none",
        # The app reads the headers of proxies itself.
        "proxy_headers": False,
        "server_header": False,
        # The app writes a line for each request itself.
        "access_log": False,
        "timeout_graceful_shutdown": settings.drain,
        "ssl_certfile": settings.certfile or None,
        "ssl_keyfile": settings.keyfile or None,
    }


def _opening(settings: Settings) -> Opening:
    if settings.engine != "local":
        return lambda: None
    from lookalike.faces.apart.confined import Confined

    faces = Confined(settings)

    def opened() -> Faces:
        faces.warm()
        return faces

    return opened


def _app(settings: Settings, networks: Opening) -> FastAPI:
    from lookalike.engine.opener import warmed
    from lookalike.server import create_app

    # What still computes then is no reason to stay.
    ending = partial(end_within, _GIVEN_UP_S)
    return create_app(settings, lambda: warmed(settings, networks()), ending)


def _check_networks(settings: Settings) -> None:
    """See that all are there, before any is opened: what no package carries is loaded once."""
    from lookalike.faces.models import installed
    from lookalike.faces.models.manifest import Folders, check_there

    for network in installed.required(settings):
        check_there(network, Folders.of(settings))


def _check(settings: Settings) -> None:
    """Say what is wrong before anything is served, and who may call what."""
    from lookalike.gate import proxies
    from lookalike.gate.names import Names
    from lookalike.gate.origins import Origins
    from lookalike.rekognition.access.guard import explained
    from lookalike.web.site import site_file

    Names.of(settings)
    Origins.of(settings)
    _check_certificate(settings)
    prefix = proxies.checked(settings).prefix
    _check_collection(settings, site_file.site_of(settings).collection)
    if settings.engine == "aws":
        from lookalike.aws.client import Client

        Client(settings).close()
        _say(_AWS, settings)
    _say(explained(settings), settings)
    if warning := wanting(settings):
        _say(warning, settings)
    if prefix:
        _say(_offered(settings, prefix), settings)


def _say(text: str, settings: Settings) -> None:
    """To whoever starts a server in a terminal; a log of JSON has nothing else in it."""
    if settings.log == "json":
        logging.getLogger("lookalike").warning("%s", text)
    else:
        print(text, file=sys.stderr, flush=True)


def wanting(settings: Settings) -> str | None:
    """What a server for others should not be without, and is."""
    return None if settings.contact or settings.is_local else _NO_CONTACT


def _check_certificate(settings: Settings) -> None:
    """
    Raises:
        InvalidParameter: what is set is no certificate with its key.
    """
    import ssl

    if not settings.certfile:
        if settings.keyfile:
            raise InvalidParameter("LOOKALIKE_KEYFILE is set, and LOOKALIKE_CERTFILE is not.")
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.certfile, settings.keyfile or None)
    except OSError as error:
        files = " and ".join(filter(None, (settings.certfile, settings.keyfile)))
        why = error.strerror or error
        raise InvalidParameter(
            f"{files} cannot be used as a certificate with its key: {why}. LOOKALIKE_CERTFILE is a "
            "PEM file with the certificate and those above it, LOOKALIKE_KEYFILE one with its key."
        ) from None


def _offered(settings: Settings, prefix: str) -> str:
    """Where the page is when every address begins with a prefix."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"Every address begins with {prefix}/: http://{host}:{settings.port}{prefix}/"


def _check_key(settings: Settings, database: Database) -> None:
    """
    Raises:
        SecretsUnreadable: this host has not the key of those that share the database.
    """
    if database.shared:
        from lookalike.rekognition.access.vault import Vault

        Vault(settings.home, settings.secret_key, database).derived("check")


def _check_collection(settings: Settings, collection: str | None) -> None:
    from lookalike.faces.models import installed
    from lookalike.gallery.gallery import Gallery

    gallery = Gallery.open(settings, installed.embedder(settings))
    # Galleries of another model are said now, too.
    gallery.collections()
    if collection is not None:
        gallery.collection(collection)
    # What cannot be kept is said now, in one line, and not when somebody first adds a person.
    gallery.store.database.prepare()
    _check_key(settings, gallery.store.database)
    gallery.close()
