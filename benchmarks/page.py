"""How the page feels in a real browser: what comes, when it shows, whether it moves or stalls.

    python -m benchmarks.page

A server with the real models and Chromium on the same machine; every visit is a first one. Bytes
are those on the wire, without portraits. The layout shift is Chromium's own measure, summed over
the visit; tasks are those longer than 50 ms, while loading and in two seconds of rest after it.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

from benchmarks.report import machine, table
from lookalike import config
from tests.support import photos
from tests.support.browser import DESKTOP, PHONE, chromium
from tests.support.serving import running

_VISITS = 5
_REST_MS = 2000
# Lighthouse's "slow 4G": bytes a second, milliseconds.
_SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 90_000,
}
_WATCH = """window.seen = { shift: 0, long: [] };
const watch = (type, call) => new PerformanceObserver((list) => list.getEntries().forEach(call))
    .observe({ type, buffered: true });
watch("layout-shift", (each) => { if (!each.hadRecentInput) window.seen.shift += each.value; });
watch("longtask", (each) => window.seen.long.push([each.startTime, each.duration]));"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes on the wire, milliseconds until something shows and until all is loaded, the layout
    shift, and the longest task (0: none over 50 ms) while loading and at rest."""

    size: float
    paint: float
    loaded: float
    shift: float
    busy: float
    idle: float


def main() -> None:
    print(machine(), "\n")
    rows = []
    with tempfile.TemporaryDirectory() as home:
        settings = config.load({}, home=Path(home), portraits="off")
        with running(settings) as server, chromium() as browser:
            for path in ("/", "/compare", "/people", "/how"):
                for size, slow in ((PHONE, True), (PHONE, False), (DESKTOP, False)):
                    seen = [_visit(browser, server.url + path, size, slow) for _ in range(_VISITS)]
                    rows.append(
                        [path, str(size["width"]), "slow 4G" if slow else "none", *_row(seen)]
                    )
            search = _search(browser, server.url)
    header = ["page", "width", "throttling", "KB", "first paint ms", "loaded ms"]
    print(table([*header, "shift", "longest task ms", "at rest ms"], rows))
    print(f"\nFrom the button to the answer, photo of 1 face, waits left out: {search:.0f} ms.")


def _row(visits: Sequence[Visit]) -> list[str]:
    def median(name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in visits))

    return [
        f"{median('size') / 1000:.1f}",
        f"{median('paint'):.0f}",
        f"{median('loaded'):.0f}",
        f"{max(each.shift for each in visits):.3f}",
        f"{median('busy'):.0f}",
        f"{max(each.idle for each in visits):.0f}",
    ]


def _visit(browser: Browser, url: str, size: ViewportSize, slow: bool) -> Visit:
    with _opened(browser, size) as page:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        if slow:
            wire.send("Network.emulateNetworkConditions", _SLOW)
        sizes: list[float] = []
        wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url)
        page.wait_for_load_state("networkidle")
        loaded = page.evaluate("performance.now()")
        page.wait_for_timeout(_REST_MS)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        seen = page.evaluate("window.seen")
    busy = [length for start, length in seen["long"] if start < loaded]
    idle = [length for start, length in seen["long"] if start >= loaded]
    return Visit(sum(sizes), paint, load, seen["shift"], max(busy, default=0), max(idle, default=0))


def _search(browser: Browser, url: str) -> float:
    """Median milliseconds; reduced motion leaves out the moment that the page takes to be seen."""
    photo: FilePayload = {
        "name": "photo.jpg",
        "mimeType": "image/jpeg",
        "buffer": photos.load()["obama.jpg"],
    }
    times = []
    for _ in range(_VISITS):
        with _opened(browser, PHONE) as page:
            page.goto(url)
            page.locator("#photo").set_input_files([photo])
            page.locator("#consent").check()
            page.evaluate("window.began = performance.now(); document.querySelector('#go').click()")
            page.locator(".hero").wait_for()
            times.append(page.evaluate("performance.now() - window.began"))
    return float(statistics.median(times))


@contextmanager
def _opened(browser: Browser, size: ViewportSize) -> Iterator[Page]:
    context = browser.new_context(viewport=size, reduced_motion="reduce", locale="ko-KR")
    page = context.new_page()
    page.add_init_script(_WATCH)
    yield page
    context.close()


if __name__ == "__main__":
    main()
