"""`lookalike serve` as a page says it, until it is ready: then it is asked to end, and does.

python -m tests.docs.served [OPTION]...
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.support.serving import serving

if __name__ == "__main__":
    with serving(os.environ, *sys.argv[1:], log=Path("served.log")) as server:
        print(server.url, file=sys.stderr)
    # It ends as it was asked to.
    sys.exit(server.process.returncode not in (0, -signal.SIGTERM))
