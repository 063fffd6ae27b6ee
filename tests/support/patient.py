"""HTTP as httpx speaks it, with the patience that a busy machine asks for."""

from __future__ import annotations

import ssl
from functools import partial

import httpx

from tests.support import PATIENCE_S

# Reading the certificates of all authorities takes as long as many a request here.
_OURS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Client = partial(httpx.Client, timeout=PATIENCE_S, verify=_OURS)
get = partial(httpx.get, timeout=PATIENCE_S, verify=_OURS)
head = partial(httpx.head, timeout=PATIENCE_S, verify=_OURS)
post = partial(httpx.post, timeout=PATIENCE_S, verify=_OURS)
put = partial(httpx.put, timeout=PATIENCE_S, verify=_OURS)
delete = partial(httpx.delete, timeout=PATIENCE_S, verify=_OURS)
