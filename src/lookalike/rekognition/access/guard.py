"""Who is let in: signatures are checked where others than this machine can reach the server."""

from __future__ import annotations

from datetime import UTC, datetime

from anyio import to_thread
from starlette.datastructures import Headers

from lookalike.config import Settings
from lookalike.gate.gate import NO_OTHERS, why_not_local
from lookalike.gate.origins import Origins
from lookalike.gate.rate_limit import Limit, RateLimit
from lookalike.rekognition.access.credential import Credential
from lookalike.rekognition.access.keys import Keys, Unlocked
from lookalike.rekognition.access.policy import ANYONE, Principal
from lookalike.rekognition.access.signature import SignedRequest, check_head, verify
from lookalike.rekognition.wire.faults import Fault

_TOKEN = "X-Amz-Security-Token"  # nosec B105 # a header
_UNRECOGNIZED = "The security token included in the request is invalid."


class Guard:
    """Lets in everyone, everyone on this machine, or, given keys, whoever signed with one."""

    def __init__(
        self,
        keys: Keys | None = None,
        rate: float = 0,
        workers: int = 1,
        *,
        only_local: bool = False,
        origins: Origins = NO_OTHERS,
    ) -> None:
        """
        Args:
            origins: whose pages count as this machine's programs do.
            only_local: without keys, refuse what may come from beyond this machine.
            rate: requests a second for keys without a rate of their own; 0: without limit.
            workers: processes among which a rate is divided.
        """
        self._keys = keys
        self._rate = rate
        self._only_local = only_local
        self._origins = origins
        shared = None if keys is None else keys.rates()
        self._limit: Limit = shared or RateLimit(workers)

    @classmethod
    def open(cls, settings: Settings) -> Guard:
        """
        Raises:
            StoreUnavailable: signatures are to be checked, and the keys cannot be read.
        """
        keys = Keys(settings) if settings.checks_signatures else None
        # Whoever sets that nobody has to sign means a proxy's visitors too.
        only_local = settings.auth == "auto"
        return cls(
            keys,
            settings.rate,
            settings.workers,
            only_local=only_local,
            origins=Origins.of(settings),
        )

    def close(self) -> None:
        if self._keys:
            self._keys.close()

    async def check_head(self, credential: Credential | None, request: SignedRequest) -> None:
        """See what can be seen of a caller before the body is read.

        Raises:
            Fault: they did not sign, not with a key of ours, not for this service, or not now.
        """
        if self._keys is not None:
            await to_thread.run_sync(self._key, self._keys, credential, request)
        elif self._only_local:
            _check_local(request, self._origins)

    async def admit(self, credential: Credential | None, request: SignedRequest) -> Principal:
        """Who calls. What they may do is for their policy to say.

        Raises:
            Fault: as `check_head`; they did not sign rightly, or call too often.
        """
        if self._keys is None:
            return ANYONE
        # Hashing a body of 15 MB takes some 20 ms.
        return await to_thread.run_sync(self._admitted, self._keys, credential, request)

    def _key(
        self, keys: Keys, credential: Credential | None, request: SignedRequest
    ) -> tuple[Credential, Unlocked]:
        """The key that a request says it was signed with, if its headers can be right."""
        if credential is None:
            raise Fault(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token: sign the request with an access key of this server; "
                "`lookalike keys create` makes one.",
            )
        found = keys.find(credential.access_key_id)
        if found is None:
            raise Fault("UnrecognizedClientException", _unrecognized(request))
        check_head(request, credential, datetime.now(UTC))
        return credential, found

    def _admitted(
        self, keys: Keys, credential: Credential | None, request: SignedRequest
    ) -> Principal:
        signed, found = self._key(keys, credential, request)
        verify(request, signed, found.secret, datetime.now(UTC))
        rate = found.key.rate or self._rate
        if rate and not self._limit.admits(found.key.id, rate):
            raise Fault(
                "ProvisionedThroughputExceededException",
                f"The number of requests exceeded your throughput limit of {rate:g} a second.",
            )
        return Principal(found.key.id, found.key.policy)


def _unrecognized(request: SignedRequest) -> str:
    """A token beside a key of ours changes nothing; beside another it says where that is from."""
    if not (request.header(_TOKEN.lower()) or request.parameter(_TOKEN)):
        return _UNRECOGNIZED
    return (
        f"{_UNRECOGNIZED} Its access key came with {_TOKEN}, as those of roles do that AWS gave "
        "out; this server knows only its own: `lookalike keys create` makes one (see "
        "docs/access-keys.md, roles)."
    )


def _check_local(request: SignedRequest, origins: Origins) -> None:
    why = why_not_local(Headers(raw=list(request.headers)), origins)
    if why is not None:
        raise Fault(
            "AccessDeniedException",
            f"Without signatures only programs on this machine may call, and {why}. Set "
            "LOOKALIKE_AUTH=on and make a key (`lookalike keys create`) to let others.",
        )


def explained(settings: Settings) -> str:
    """One line that says whether callers have to sign, and what to do if nobody could.

    Raises:
        StoreUnavailable: the keys cannot be read.
        SecretsUnreadable: their secrets cannot.
    """
    if not settings.checks_signatures:
        who = "this machine" if settings.is_local else "ANYONE who can reach this server"
        return (
            f"Rekognition API: signatures are not checked (LOOKALIKE_AUTH={settings.auth}); "
            f"{who} may call it on {settings.host}."
        )
    keys = Keys(settings)
    try:
        count = keys.check()
    finally:
        keys.close()
    known = f"{count} access key{'s' * (count != 1)} may call it"
    if not count:
        known = "there is no access key yet; make one with: lookalike keys create"
    open_to_all = "The page and /api/v1 ask for no key, and keep to galleries made without one."
    return f"Rekognition API: signatures are checked; {known}. {open_to_all}"
