"""`lookalike serve` as a page says it, until it is ready: then it is asked to end, and does.

python -m tests.docs.served [OPTION]...      on a free port, whatever the page says
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path

from tests.support.serving import serving

if __name__ == "__main__":
    options = re.sub(r"--port \d+", "", " ".join(sys.argv[1:])).split()
    with serving(os.environ, *options, log=Path("served.log")) as server:
        print(server.url, file=sys.stderr)
    # It ends as it was asked to.
    sys.exit(server.process.returncode not in (0, -signal.SIGTERM))
