"""botocore's clients of S3 and SNS, Amazon's or what stands in for them."""

from __future__ import annotations

from functools import cache
from typing import Any

_REGION = "us-east-1"
_CONNECT_S, _READ_S = 3, 20
_ATTEMPTS = 3


@cache
def service_client(service: str, endpoint_url: str, region: str | None = None) -> Any:
    """A client, one a process; it may be shared by threads.

    Endpoint, region and credentials that are not given are those that AWS's SDKs are configured to.
    Opened when it is first needed, because importing botocore takes longer than most answers.
    """
    from botocore.config import Config
    from botocore.session import get_session

    session = get_session()
    return session.create_client(
        service,
        endpoint_url=endpoint_url or None,
        region_name=region or session.get_config_variable("region") or _REGION,
        config=Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
            # A host of one's own seldom has a name for each bucket.
            s3={"addressing_style": "path"} if endpoint_url else None,
        ),
    )
