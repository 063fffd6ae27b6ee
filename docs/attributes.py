"""How attributes, Confidence and Quality of the Rekognition API are measured: part of its page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).parents[1] / "benchmarks" / "traits" / "measured.json"

# The member, the figure's key, and how it is measured.
_MEMBERS = (
    (
        "EyesOpen",
        "eyes_open",
        "distance of the lids (MediaPipe's iris network) and view of the eyes",
    ),
    ("MouthOpen", "mouth_open", "view of the mouth"),
    ("Smile", "smile", "view of the mouth"),
    ("Eyeglasses", "eyeglasses", "view of the eyes"),
    ("Sunglasses", "sunglasses", "view of the eyes"),
    ("Beard", "beard", "view of mouth and chin"),
    ("Mustache", "mustache", "view of mouth and chin"),
    ("FaceOccluded", "occluded", "both views"),
    ("Emotions (HAPPY or CALM)", "happy", "both views"),
    ("EyeDirection: which side", "eye_side", "irises between the corners of the eyes, and pose"),
    ("EyeDirection: camera or not", "eye_camera", "the same"),
)
# Those that `lookalike.rekognition.faces.attributes` does not take for proven.
_UNPROVEN = ("eyes_open", "occluded")
_EMOTIONS = ("happy", "calm", "surprised", "angry", "sad")
# What `python -m benchmarks.pose` printed of LFW, and at the end of Koreans too.
_TURNED = (
    ("mirrored", "1.4, 4.2", "1.1, 3.2", "0.6, 1.8", "100 %, 100 %"),
    ("tilted by 15 to 45", "0.5, 2.3", "0.6, 2.8", "0.4, 2.4", "98 %, 99 %"),
    ("drawn, turned by 10", "3.4, 4.8", "0.7, 2.1", "0.5, 1.2", "96 %, 100 %"),
    ("drawn, turned by 20", "6.1, 9.7", "1.5, 4.6", "0.6, 2.6", "33 %, 31 %"),
    ("drawn, turned by 30", "8.4, 13.2", "1.8, 6.8", "1.1, 4.8", "8 %, 6 %"),
    ("drawn, nodding by 10", "0.7, 2.7", "1.7, 4.2", "0.4, 1.3", "96 %, 97 %"),
    ("drawn, nodding by 20", "1.3, 4.3", "2.7, 8.7", "0.6, 2.7", "81 %, 59 %"),
)
# Shares held back of the central faces of 1,500 photos of LFW, and of 541 Korean portraits.
_HELD_BACK = (
    ("NONE", "0 %", "0 %", "nothing"),
    ("AUTO, LOW", "0.2 %", "0.2 %", "Confidence 75, Sharpness 13, Brightness 30 to 99.8, 40 px"),
    ("MEDIUM", "4.4 %", "2.0 %", "Confidence 95, Sharpness 30, Brightness 46 to 99.5, 56 px"),
    ("HIGH", "55.3 %", "10.5 %", "Confidence 99, Sharpness 63, Brightness 55 to 98.9, 80 px"),
)


def sections() -> Iterator[str]:
    """The lines of both sections."""
    halves = {each["protocol"].rpartition(" ")[2]: each for each in read()}
    yield from _attributes(halves)
    yield from _quality()


def read() -> Sequence[Mapping[str, Any]]:
    """What `lookalike evaluate attributes --json` printed."""
    found: Sequence[Mapping[str, Any]] = json.loads(MEASURED.read_text("utf-8"))
    return found


def figures(half: Mapping[str, Any]) -> Mapping[str, Mapping[str, float | None]]:
    """The estimate of each figure by its key."""
    return {each["key"]: each["estimate"] for each in half["figures"]}


def _attributes(halves: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from (
        "## Attributes",
        "",
        "AgeRange and Gender are guesses of dlib's networks "
        "([benchmarks](benchmarks.md)). For the others 1,500 faces of LFW and 300 of "
        "Koreans were labelled by looking, twice each and without seeing the other's "
        "labels: of what both were sure of they agreed in 96.9 % (MouthOpen) to 100 % "
        "(Sunglasses), in 96 % of emotions; what stayed in doubt counts for nothing. "
        "390 more, which a first classifier had found, were labelled once, for "
        "sunglasses and closed eyes, and the eyes of 165 more, whose lids are close, twice. "
        "Classifiers on two views of a face (what "
        "EfficientNet-Lite0 sees of the eyes, and of mouth and chin) were fitted to "
        "half of the people (from the photos, `python -m benchmarks.traits.fitting DIR`). "
        "The table is about the others: balanced accuracy, the "
        "mean of how many faces with and without an attribute are told rightly, with "
        "its 95 % interval by person. `lookalike evaluate attributes "
        "benchmarks/traits/labels.csv DIR` prints it.",
        "",
        "| attribute | measured by | with, without | others | says 90 or more: right | Koreans "
        "| sent |",
        "|---|---|---|---|---|---|---|",
    )
    for member, key, by in _MEMBERS:
        yield _row(member, key, by, halves)
    yield from (
        "",
        "*Says 90 or more: right* is how true Confidence is, for as many faces with "
        "an attribute as without. Few of the Koreans have beards, moustaches or "
        "sunglasses, none closed eyes, and lips that shine are taken for an open "
        "mouth: look at the intervals.",
        "",
        "EyesOpen was at 97.6 % (94.7 to 99.3) as long as of closed eyes the 42 plainest were "
        "labelled. Lids were looked through as far as they are close then, whether open or closed: "
        "of 18 more that are closed, and of 74 that are open by a slit, it is less true.",
        "",
        "Emotions: what faces that both passes agreed on were told as. No other emotion was seen "
        "often enough to be learnt.",
        "",
        "| labelled | told HAPPY | told CALM |",
        "|---|---|---|",
        *(_emotion(each, halves["test"]["counts"]) for each in _EMOTIONS),
        "",
        "What beats 90 % at the lower end is sent. `LOOKALIKE_ATTRIBUTES=complete` "
        "sends every member, for programs that read them without asking: EyesOpen and "
        "FaceOccluded as they are told, the six other emotions with a Confidence of 0, and "
        "Smile and Emotions of ComparedFace. Where nothing is known, as of what is rather no "
        "face, the Value is false (CALM) and the Confidence 50. Attributes cost time "
        "only in requests that ask for them, by name or with ALL.",
        "",
        "Pose is read off all 468 points of the mesh: yaw positive when the nose "
        "points to the right of the picture, pitch upwards, roll clockwise. A photo "
        "that is tilted changes roll alone. How true it is of turns that are known, without "
        "photos that say how a head was turned (`python -m benchmarks.pose DIR`, 24 faces of LFW "
        "and 16 of Koreans; degrees off of LFW's, at the median and for 95 %):",
        "",
        "| | yaw | pitch | roll | all within 5: LFW, Koreans |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in _TURNED),
        "",
        "Mirrored photos have the yaw of the other sign, tilted ones as much more roll. *Drawn* "
        "faces are turned with the photo on their mesh: of their yaw a third is told too little, "
        "of their pitch a seventh. Light does not turn with them, and what the photo hides is made "
        "up, so that the drawing may be at fault, or the network: whoever sets a bar to Yaw "
        "should try it on photos of their own.",
        "",
        "EyeDirection is that of head and eyes "
        "together, from the camera. Its Confidence is how often it is told rightly whether eyes "
        "look aside or into the camera, by how far they are from the 12 degrees between both: 68 "
        "there, 95 at 11 degrees from it. Where it says 90 or more, of the others (68 % of them) "
        "95.5 % are told rightly, of Koreans 90.4 %. How much both irises disagree, how far the "
        "lids are apart and how far the head is turned was tried too, and tells nothing of it "
        "(areas under the curve of 0.38 to 0.57).",
        "",
    )


def _row(member: str, key: str, by: str, halves: Mapping[str, Mapping[str, Any]]) -> str:
    others, koreans = (figures(halves[each]) for each in ("test", "korean"))
    counts = halves["test"]["counts"]
    shown = f"balanced/{key}"
    labelled = [counts[each] for each in (f"{key}_with", f"{key}_without") if each in counts]
    sure = _share(others.get(f"sure/{key}"))
    sent = "if complete" if key in _UNPROVEN else "where asked"
    cells = (
        member,
        by,
        ", ".join(map(str, labelled)),
        _share(others[shown]),
        sure,
        _share(koreans.get(shown)),
        sent,
    )
    return f"| {' | '.join(cells)} |"


def _share(estimate: Mapping[str, float | None] | None) -> str:
    if estimate is None or estimate["value"] is None:
        return ""
    value, low, high = (100 * (estimate[each] or 0.0) for each in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"


def _emotion(name: str, counts: Mapping[str, int]) -> str:
    told = (counts.get(f"{name}_told_{each}", 0) for each in ("happy", "calm"))
    return f"| {name.upper()} | {' | '.join(map(str, told))} |"


def _quality() -> Iterator[str]:
    yield from (
        "## Confidence, Quality and QualityFilter",
        "",
        "Confidence is the share of detections that are faces, by the detector's "
        "score and by whether the mesh lies on a face: of 2,511 detections 192 "
        "of the doubtful ones were looked at. A clear portrait has 99 and more; the backs of "
        "heads, flowers and headlamps that the detector is least sure of have 72 to "
        "90. A face of a collection keeps it; one that was added before it was kept has that of "
        "its score alone.",
        "",
        "Sharpness and Brightness are 100 (1 - (1 - x/100)^2.8) of ours, so that "
        "nothing changes places: half the portraits have a Sharpness above 98 and a "
        "Brightness above 84 (a well-lit one above 90), half of LFW's soft faces a "
        "Sharpness above 62.",
        "",
        "| QualityFilter | holds back of LFW | of Korean portraits | below |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in _HELD_BACK),
        "",
        "Most of what HIGH holds back of LFW is for its Sharpness (51.7 %), then Pose "
        "(5.7 %: yaw above 30, pitch above 20 degrees; MEDIUM: 45 and 28, LOW: 60 and "
        "35).",
        "",
    )
