"""Every setting, limits and defaults, in one table.

`Settings` *is* the table: each field carries its help text, and its default and type are the ones
Python sees. The environment (`LOOKALIKE_<NAME>`), the command line and `docs/settings.md` are read
from it, and a test keeps the documentation equal to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import platformdirs

from lookalike.errors import InvalidParameter

PREFIX = "LOOKALIKE_"


# Where a user without a home folder keeps things: a place where nothing can be.
NOWHERE = Path(os.devnull) / "lookalike"


def _setting(default: Any, help: str, *, minimum: int | None = None, secret: bool = False) -> Any:
    """A secret one stays out of what is printed."""
    return field(default=default, repr=not secret, metadata={"help": help, "minimum": minimum})


def _folder(kind: Literal["user_data_path", "user_cache_path"], help: str) -> Any:
    def default() -> Path:
        try:
            folder: Path = getattr(platformdirs, kind)("lookalike", appauthor=False)
        except RuntimeError:
            # There is no HOME, and the system does not know the user.
            return NOWHERE
        # Versions before say so with a ~.
        return folder if folder.is_absolute() else NOWHERE

    return field(default_factory=default, metadata={"help": help, "minimum": None})


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path = _folder(
        "user_data_path",
        "Folder of the user's own galleries (SQLite); made with the first of them.",
    )
    database: str = _setting(
        "",
        "Address of a PostgreSQL that holds the galleries instead, and all else that several "
        "machines have to know (`postgresql://user:password@host/name`); needs `pip install "
        "lookalike[postgresql]`. See docs/scale.md.",
        secret=True,
    )
    database_reads: str = _setting(
        "",
        "Address of a standby of that PostgreSQL, which is read instead of it as long as it has "
        "all that was committed. See docs/scale.md.",
        secret=True,
    )
    database_connections: int = _setting(
        15,
        "Connections to PostgreSQL that a part of a process may have at a time: its galleries are "
        "one, the access keys another.",
        minimum=2,
    )
    cache: Path = _folder(
        "user_cache_path",
        "Folder of prepared models and fetched portraits; safe to delete. Where it cannot be "
        "written, one that lasts as long as the process is used.",
    )
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on.", minimum=0)
    public: Literal["0", "1"] = _setting(
        "0",
        "`1` for a server that strangers reach, through a proxy or not: nobody is taken to be on "
        "this machine, signatures are checked, the server has to know its names, and what each "
        "address may do is limited. See docs/public.md.",
    )
    workers: int = _setting(1, "Server processes; one a core is best.", minimum=1)
    drain: int = _setting(
        10,
        "Seconds that requests under way have to be answered in when the server is told to end "
        "(SIGTERM); connections that are left are closed then.",
        minimum=0,
    )
    queue: int = _setting(
        16, "Photos that may wait in one worker before it answers that it is busy.", minimum=0
    )
    engine: Literal["local", "aws"] = _setting(
        "local",
        "What looks at photos for the page, the JSON API and `lookalike find`, `compare` and "
        "`detect`: our own networks, or Amazon Rekognition, which photos are sent to then "
        "(`pip install 'lookalike[aws]'`).",
    )
    aws_region: str = _setting("", "AWS region of `engine` = `aws`; boto3's own unless set.")
    aws_collection: str = _setting(
        "",
        "Collection of your own in Amazon Rekognition, searched for faces that are none of its "
        "celebrities; `lookalike gallery push` fills it.",
    )
    aws_endpoint_url: str = _setting(
        "", "Address of Amazon Rekognition, for proxies and tests; AWS's own unless set."
    )
    runtime: Literal["fastest", "openvino", "onnxruntime"] = _setting(
        "fastest",
        "Library that runs the networks; `fastest` times those that compute alike with each "
        "network when it is first opened on a machine, and takes the fastest. OpenVINO needs "
        "`pip install 'lookalike[openvino]'`; without it all networks run in ONNX Runtime.",
    )
    device: Literal["cpu", "gpu", "cuda", "coreml"] = _setting(
        "cpu",
        "What the networks run on: the processor, a GPU of OpenVINO's, or one of ONNX Runtime's "
        "`cuda` and `coreml`, where the installed library has it. Only `cpu` has been measured.",
    )
    precision: Literal["float32", "bfloat16"] = _setting(
        "bfloat16", "Arithmetic of the networks; bfloat16 is used where the processor has it."
    )
    model: str = _setting(
        "",
        "Recogniser that is used, by name; empty: the one that `lookalike models use` chose, else "
        "the one that ships.",
    )
    detector: str = _setting("", "Detector that is used, by name; empty: as `LOOKALIKE_MODEL`.")
    networks: str = _setting(
        "",
        "Folder of network files that `lookalike models fetch` filled; `networks` in "
        "`LOOKALIKE_HOME` unless set.",
    )
    threads: int = _setting(1, "Threads a worker gives to one network.", minimum=1)
    photos_per_minute: int = _setting(
        60,
        "Photos that one address may have looked at in a minute on the page and in `/api/v1`; 0 is "
        "without limit. Programs on this machine are not counted, unless `LOOKALIKE_PUBLIC` is 1.",
        minimum=0,
    )
    results_per_day: int = _setting(
        50,
        "Shared results that one address may have kept in a day; 0 is without limit. Counted as "
        "photos are.",
        minimum=0,
    )
    results: int = _setting(10_000, "Shared results that are kept at a time.", minimum=0)
    results_bytes: int = _setting(
        2 * 1024 * 1024 * 1024, "Bytes of all shared results that are kept.", minimum=0
    )
    free_bytes: int = _setting(
        512 * 1024 * 1024,
        "Bytes that have to be free on the disk of `LOOKALIKE_HOME` for a result to be kept: it is "
        "the database's too.",
        minimum=0,
    )
    bodies_bytes: int = _setting(
        1024 * 1024 * 1024,
        "Bytes of photos and other bodies that a worker may have on their way in at a time; a "
        "quarter of it for one address. Beyond 1 MB each they wait in a nameless, encrypted file "
        "in `LOOKALIKE_CACHE` until they are complete.",
        minimum=1024,
    )
    memory_bytes: int = _setting(
        256 * 1024 * 1024,
        "Bytes of complete bodies that a worker has in memory at a time; others wait their turn.",
        minimum=1024,
    )
    header_timeout: int = _setting(
        10, "Seconds in which the headers of a request have to come.", minimum=1
    )
    body_timeout: int = _setting(
        30,
        "Seconds in which the body of a request has to come; each 64 KB give a second more.",
        minimum=1,
    )
    connections: int = _setting(
        1000, "Connections that a worker takes at a time; further ones are closed.", minimum=1
    )
    connections_per_address: int = _setting(
        64,
        "Connections that one address may have to a worker at a time; this machine and trusted "
        "proxies are not counted.",
        minimum=1,
    )
    deadline: int = _setting(
        10,
        "Seconds that a server may look at one photo; then the process that does is ended and "
        "replaced.",
        minimum=1,
    )
    max_bytes: int = _setting(20 * 1024 * 1024, "Largest photo, in bytes.", minimum=1024)
    max_pixels: int = _setting(
        64_000_000,
        "Largest JPEG or HEIC, in pixels; half as many in PNG, WebP, AVIF.",
        minimum=1024,
    )
    max_side: int = _setting(20_000, "Longest side of a photo, in pixels.", minimum=64)
    max_faces: int = _setting(100, "Faces looked at in one photo, largest first.", minimum=1)
    limit: int = _setting(10, "People ranked for each face unless a request says.", minimum=1)
    order: Literal["look", "identity"] = _setting(
        "look",
        "Order of the page's look-alikes: `look` goes by face, shape and hair together, `identity` "
        "by the face alone. No number depends on it.",
    )
    celebrities: Literal["strict", "nearest"] = _setting(
        "strict",
        "RecognizeCelebrities: `strict` leaves faces below the threshold unrecognised, as AWS "
        "does, `nearest` names the nearest person with an honest low MatchConfidence.",
    )
    celebrity_threshold: int = _setting(
        99,
        "MatchConfidence (0 to 100) from which `strict` recognises a celebrity; at 99, one "
        "stranger in 100 is taken for one.",
        minimum=0,
    )
    attributes: Literal["measured", "complete"] = _setting(
        "measured",
        "DetectFaces and the like: `measured` sends the attributes that were measured to be true, "
        "`complete` every member that Amazon sends, with the Value false, or CALM, and a "
        "Confidence of 50 where nothing is known. See docs/rekognition.md.",
    )
    rekognition_starter: Literal["off", "on"] = _setting(
        "off",
        "Whether the Rekognition API has the gallery that comes with the package among its "
        "collections, as `starter`. RecognizeCelebrities knows its people either way.",
    )
    others: Literal["off", "faces"] = _setting(
        "off",
        "What the Rekognition API answers that is not about faces: `faces` lets DetectLabels and "
        "DetectProtectiveEquipment say what faces prove, and DetectText and DetectModerationLabels "
        "answer nothing, with a warning.",
    )
    auth: Literal["auto", "on", "off"] = _setting(
        "auto",
        "Whether the Rekognition API checks signatures; `auto` does unless the server listens on "
        "loopback, and never believes there what a proxy passed on.",
    )
    rate: int = _setting(
        0,
        "Rekognition requests a second that an access key may make unless it has a rate of its "
        "own; 0 is without limit.",
        minimum=0,
    )
    secret_key: str = _setting(
        "",
        "Encrypts the secrets of access keys: 32 bytes in URL-safe base64. The file `secret.key` "
        "in `LOOKALIKE_HOME` unless set; with `LOOKALIKE_DATABASE`, a key that lies there.",
        secret=True,
    )
    backup_passphrase: str = _setting(
        "",
        "Seals the file `secret.key` in what `lookalike backup` makes, and opens it for "
        "`lookalike restore`; 12 characters at least.",
        secret=True,
    )
    portraits: Literal["on", "off"] = _setting(
        "on",
        "Whether the server fetches portraits from Wikimedia Commons, and finds on Wikidata who "
        "people of the starter gallery are.",
    )
    public_url: str = _setting(
        "",
        "Web address of the server as others see it, its path included, for links that are "
        "shared; as a visitor asked for it unless set.",
    )
    path_prefix: str = _setting(
        "",
        "Path under which a proxy offers the server, like `/look`, whether it cuts that off or "
        "not; as `X-Forwarded-Prefix` of a trusted proxy says unless set. See docs/proxies.md.",
    )
    allowed_hosts: str = _setting(
        "",
        "Names (`Host`) that the server answers to, with commas between; `*.fans.example` is all "
        "below, `*` any. That of `LOOKALIKE_PUBLIC_URL` and loopback's always are; unless set any "
        "is beyond loopback, but with `LOOKALIKE_PUBLIC`.",
    )
    cors_origins: str = _setting(
        "",
        "Origins whose pages may call the Rekognition API from a browser, like "
        "`https://app.example`, with commas between; `*` for any, only where signatures are "
        "checked.",
    )
    embed_origins: str = _setting(
        "",
        "Web sites that may show `/embed` in a frame, as `<lookalike-button>` does, and are told "
        "the results there, like `https://fans.example`, with commas between; beside those of the "
        "site file's `[embed]`.",
    )
    certfile: str = _setting(
        "",
        "PEM file with the certificate of the server and those above it: it then speaks HTTPS.",
    )
    keyfile: str = _setting(
        "", "PEM file with the key of that certificate, where it is a file of its own."
    )
    trusted_proxies: str = _setting(
        "",
        "Addresses and networks of proxies whose `X-Forwarded-*` headers are believed, with "
        "commas between; `*` for all. `FORWARDED_ALLOW_IPS`, else this machine, unless set.",
    )
    log: Literal["text", "json"] = _setting(
        "text", "How a server writes its log, a line for each request: for people, or as JSON."
    )
    log_addresses: Literal["off", "hashed"] = _setting(
        "off",
        "`hashed` has the log and the operator's page tell visitors apart, for cases of abuse: by "
        "a hash of their address that is another one each day.",
    )
    log_key: str = _setting(
        "",
        "Key of those hashes, for several machines to agree on; a random one with each start "
        "unless set.",
        secret=True,
    )
    site: str = _setting(
        "", "TOML file of an event of your own; see examples/campaign. Counting is off without."
    )
    contact: str = _setting(
        "",
        "E-mail or web address by which people who want to be left out reach you, and Wikimedia: "
        "shown on the page about privacy and on everybody's page, sent in the User-Agent.",
    )
    admin_token: str = _setting(
        "",
        "Secret that callers who change galleries send as `Authorization: Bearer`. Empty: "
        "programs on this machine may change them, and nobody else; set one behind a proxy.",
        secret=True,
    )
    s3_endpoint_url: str = _setting(
        "",
        "S3 endpoint that an S3Object, or a gallery, is read from, with the credentials that boto3 "
        "finds; when empty, the one of boto3's own configuration.",
    )
    sns_endpoint_url: str = _setting(
        "",
        "SNS endpoint that is told when a video job ends; when empty, the one of boto3's own "
        "configuration.",
    )
    video_rate: int = _setting(5, "Frames that are looked at in a second of video.", minimum=1)
    video_bytes: int = _setting(10 * 1024**3, "Largest video, in bytes.", minimum=1024)
    video_seconds: int = _setting(6 * 3600, "Longest video, in seconds.", minimum=1)
    video_frames: int = _setting(
        2_592_000,
        "Frames that a video may have: each has to be decoded. Six hours at 120 a second unless "
        "set.",
        minimum=1,
    )
    video_deadline: int = _setting(
        6 * 3600,
        "Seconds that a video may be looked at; then the process that does is ended and replaced, "
        "as it is when a single frame takes a minute.",
        minimum=1,
    )

    @property
    def is_public(self) -> bool:
        return self.public == "1"

    @property
    def is_local(self) -> bool:
        """Whether programs on this machine alone can reach the server, as far as it knows."""
        return is_loopback(self.host) and not self.is_public

    @property
    def checks_signatures(self) -> bool:
        """Whether callers of the Rekognition API have to sign."""
        if self.auth == "auto":
            return not self.is_local
        return self.auth == "on"


@dataclass(frozen=True, slots=True)
class Described:
    """A setting as documentation and the command line show it."""

    name: str
    variable: str
    type: Any
    default: str
    choices: tuple[str, ...]
    help: str


def describe() -> Iterator[Described]:
    """Yield every setting in the order of the table."""
    hints = get_type_hints(Settings)
    for each in fields(Settings):
        hint = hints[each.name]
        choices = get_args(hint) if get_origin(hint) is Literal else ()
        default = "(the system's folder)" if hint is Path else str(each.default)
        variable = PREFIX + each.name.upper()
        yield Described(each.name, variable, hint, default, choices, each.metadata["help"])


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from the environment; `overrides` that are not None win.

    Raises:
        InvalidParameter: a value is not of the setting's type, or not allowed.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, Any] = {k: v for k, v in overrides.items() if v is not None}
    for each in describe():
        if each.name not in given and _is_set(each, environ):
            given[each.name] = _parse(each, environ[each.variable])
    _check_minima(given)
    return Settings(**given)


def is_loopback(host: str | None) -> bool:
    """Whether only this machine can reach an address or name."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_set(setting: Described, environ: Mapping[str, str]) -> bool:
    """An empty folder is none: it would be whichever folder one happens to be in."""
    text = environ.get(setting.variable)
    return text is not None and not (setting.type is Path and not text)


def _parse(setting: Described, text: str) -> str | int | Path:
    if setting.choices and text not in setting.choices:
        allowed = ", ".join(setting.choices)
        raise InvalidParameter(f"{setting.variable} is {text!r}; it must be one of: {allowed}.")
    if setting.type is Path:
        return _expanded(setting.variable, text)
    if setting.type is not int:
        return text
    try:
        return int(text)
    except ValueError:
        raise InvalidParameter(
            f"{setting.variable} is {text!r}; it must be a whole number."
        ) from None


def _expanded(variable: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InvalidParameter(
            f"{variable} is {text!r}, and there is no such home folder; give the path in full."
        ) from None


def _check_minima(given: Mapping[str, Any]) -> None:
    for each in fields(Settings):
        minimum = each.metadata["minimum"]
        if minimum is not None and each.name in given and given[each.name] < minimum:
            variable = PREFIX + each.name.upper()
            raise InvalidParameter(f"{variable} is {given[each.name]}; the least is {minimum}.")
