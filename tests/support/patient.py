"""HTTP as httpx speaks it, with the patience that a busy machine asks for."""

from __future__ import annotations

from functools import partial

import httpx

from tests.support import PATIENCE_S

Client = partial(httpx.Client, timeout=PATIENCE_S)
get = partial(httpx.get, timeout=PATIENCE_S)
head = partial(httpx.head, timeout=PATIENCE_S)
post = partial(httpx.post, timeout=PATIENCE_S)
put = partial(httpx.put, timeout=PATIENCE_S)
delete = partial(httpx.delete, timeout=PATIENCE_S)
