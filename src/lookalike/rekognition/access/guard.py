"""Who is let in: signatures are checked where others than this machine can reach the server."""

from __future__ import annotations

from datetime import UTC, datetime

from anyio import to_thread
from starlette.datastructures import Headers

from lookalike.config import Settings
from lookalike.gate.gate import NO_OTHERS, why_not_local
from lookalike.gate.origins import Origins
from lookalike.gate.rate_limit import Limit, RateLimit
from lookalike.rekognition.access.callers import Caller, Callers
from lookalike.rekognition.access.credential import Credential
from lookalike.rekognition.access.keys import Keys
from lookalike.rekognition.access.policy import ANYONE, Principal
from lookalike.rekognition.access.signature import SERVICE, SignedRequest, check_head, verify
from lookalike.rekognition.wire.faults import Fault, in_amazons_words

_TOKEN = "X-Amz-Security-Token"  # nosec B105 # a header


class Guard:
    """Lets in everyone, everyone on this machine, or, given keys, whoever signed with one."""

    def __init__(
        self,
        callers: Callers | None = None,
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
        self._callers = callers
        self._rate = rate
        self._only_local = only_local
        self._origins = origins
        shared = None if callers is None else callers.keys.rates()
        self._limit: Limit = shared or RateLimit(workers)

    @classmethod
    def open(cls, settings: Settings) -> Guard:
        """
        Raises:
            StoreUnavailable: signatures are to be checked, and the keys cannot be read.
        """
        callers = Callers(settings) if settings.checks_signatures else None
        # Whoever sets that nobody has to sign means a proxy's visitors too.
        only_local = settings.auth == "auto"
        return cls(
            callers,
            settings.rate,
            settings.workers,
            only_local=only_local,
            origins=Origins.of(settings),
        )

    def close(self) -> None:
        if self._callers:
            self._callers.close()

    @property
    def callers(self) -> Callers | None:
        """Who may call; None: nobody is asked to sign."""
        return self._callers

    async def check_head(
        self, credential: Credential | None, request: SignedRequest, service: str = SERVICE
    ) -> None:
        """See what can be seen of a caller before the body is read.

        Args:
            service: that a request has to be signed for.

        Raises:
            Fault: they did not sign, not with a key of ours, not for this service, or not now.
        """
        if self._callers is not None:
            await to_thread.run_sync(_caller, self._callers, credential, request, service)
        elif self._only_local:
            _check_local(request, self._origins)

    async def admit(
        self, credential: Credential | None, request: SignedRequest, service: str = SERVICE
    ) -> Principal:
        """Who calls. What they may do is for their policy to say.

        Raises:
            Fault: as `check_head`; they did not sign rightly, or call too often.
        """
        if self._callers is None:
            return ANYONE
        # Hashing a body of 15 MB takes some 20 ms.
        return await to_thread.run_sync(self._admitted, self._callers, credential, request, service)

    def _admitted(
        self,
        callers: Callers,
        credential: Credential | None,
        request: SignedRequest,
        service: str,
    ) -> Principal:
        signed, caller = _caller(callers, credential, request, service)
        verify(request, signed, caller.secret, datetime.now(UTC), service)
        # Sessions share the rate of the key that they were lent from.
        rate = caller.key.rate or self._rate
        if rate and not self._limit.admits(caller.key.id, rate):
            raise in_amazons_words(
                "ProvisionedThroughputExceededException",
                f"The number of requests exceeded your throughput limit of {rate:g} a second.",
            )
        return caller.principal


def _caller(
    callers: Callers, credential: Credential | None, request: SignedRequest, service: str
) -> tuple[Credential, Caller]:
    """Who a request says that signed it, if its headers can be right."""
    if credential is None:
        raise Fault(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token: sign the request with an access key of this server; "
            "`lookalike keys create` makes one.",
        )
    token = request.header(_TOKEN.lower()) or request.parameter(_TOKEN)
    found = callers.find(credential.access_key_id, token)
    check_head(request, credential, datetime.now(UTC), service)
    return credential, found


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
