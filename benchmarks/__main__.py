"""Every benchmark in turn, as the Markdown of docs/benchmarks.md.

    python -m benchmarks ../shared/data > docs/benchmarks.md

`DATA` holds lfw/, wiki_portraits/, celebs/ and robust/. Each section is a command of its own too;
those that measure time run in processes of their own, on one core where they say so.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import machine

_HEAD = """# Benchmarks

What the commands below printed; `python -m benchmarks DATA` runs them all. Timings on shared
machines are noisy: read them as ratios within a table. All figures are medians unless they say
otherwise.
"""


def sections(data: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Title, what to know about it, and the command."""
    yield (
        "Verification: LFW view 2",
        "10-fold accuracy of the 6,000 pairs, and the true accept rate (TAR) at fixed false match "
        "rates (FMR), of the impostor pairs and of all pairs of two people among the photos.",
        ["evaluation", "verification", str(data)],
    )
    yield (
        "Verification in float32",
        "The same with ONNX Runtime, to see that bfloat16 costs no accuracy.",
        ["evaluation", "verification", str(data), "--runtime", "onnxruntime"],
    )
    yield (
        "Identification: LFW photos against Wikimedia portraits",
        "574 photos of 178 people, 669 enrolled with one portrait each. Misses of the detector "
        "count as misses.",
        ["evaluation", "identification", str(data)],
    )
    yield (
        "Several portraits a person",
        "What several portraits gain, and whether the best of them or their mean is the better "
        "score. Ranks are of the closed set; for FNIR and FPIR a third of the people is not "
        "enrolled. Portraits and absentees are drawn 20 times.",
        ["evaluation", "portraits", str(data)],
    )
    yield (
        "Proving who people are",
        "Whether a portrait proves who somebody of the starter is among people of one name, and "
        "whether a namesake ever passes for one (docs/galleries.md).",
        ["proving", str(data)],
    )
    yield (
        "Importing a folder",
        "`lookalike gallery import` beside the sum of its steps.",
        ["importing", str(data / "celebs"), str(data / "kr_gallery")],
    )
    yield (
        "The index",
        "Synthetic identities around real embeddings, and strangers of their distribution. From "
        "30,000 on a collection is searched by codes.",
        ["search"],
    )
    yield (
        "Large galleries",
        "What opening a large collection takes, what people cost in memory, how long a search is; "
        "2 % of the people are in the group that a search is narrowed to. Two processes share the "
        "file of it; pages that they share are counted once.",
        ["large", "1000000", "10000000", "--store", "50000", "--store", "200000"],
    )
    yield (
        "Thumbnails",
        "The cosine between the vector of a photo and that of its thumbnail, as `lookalike gallery "
        "migrate` makes it (known place), and if the face had to be found again.",
        ["thumbnails", str(data / "celebs")],
    )
    yield (
        "Each step, on one core",
        "Milliseconds for a photo with one face against the starter gallery, beside OpenCV's own "
        "YuNet and SFace pipeline in the same run.",
        ["speed"],
    )
    yield (
        "Runtimes",
        "One thread on one core. OpenVINO in bfloat16 is the default, float32 where the processor "
        "lacks it.",
        ["runtimes"],
    )
    yield (
        "Serving",
        "`lookalike serve` with eight clients that send the 1-megapixel photo; start-up is from "
        "the command to the first answer of /readyz.",
        ["serving"],
    )
    yield (
        "Opening an engine",
        "`lookalike.open()` in a program of one's own, and the first photo after it.",
        ["opening"],
    )
    yield (
        "Videos",
        "Seconds of the processor for a minute of 720p video, five frames a second looked at; and "
        "what a photo costs beside one.",
        ["video"],
    )
    yield (
        "The page",
        "First visits in Chromium, on the same machine. KB are those on the wire, without "
        "portraits.",
        ["page"],
    )
    yield (
        "A collection of 100,000 faces",
        "The Rekognition API through boto3, signatures checked: 99,000 faces put into the store, "
        "1,000 by IndexFaces.",
        ["collections"],
    )
    yield (
        "Share cards",
        "Milliseconds to draw one, on one core.",
        ["cards"],
    )
    yield (
        "Why two faces are alike",
        "Whether two photos of one person are explained alike, by rank correlation, and how long "
        "an explanation takes on one core.",
        ["explain", str(data / "lfw")],
    )
    yield (
        "Whom a child takes after",
        "How often another photo of the child turns the answer around, by how far apart the two "
        "cosines are.",
        ["family", str(data / "lfw")],
    )
    yield (
        "The shape of a face",
        "How often two frontal photos of one person are given the same name, by how often it was "
        "said that they would be; on people to whom that was not fitted.",
        ["face_shape", str(data / "lfw")],
    )
    yield (
        "Quality of LFW's faces",
        "What is ordinary, for those who set bars.",
        ["quality", str(data / "lfw")],
    )
    yield (
        "Guesses of gender and age",
        "What DetectFaces answers as Gender and AgeRange.",
        ["attributes", str(data)],
    )
    yield (
        "Odd and hostile files",
        "Every file gets an answer or an error that says what is wrong.",
        ["robust", str(data / "robust")],
    )


def main() -> None:
    data = Path(sys.argv[1])
    print(_HEAD, f"Machine: {machine()}", sep="\n")
    for title, meaning, (name, *args) in sections(data):
        command = [sys.executable, "-m", f"benchmarks.{name}", *args]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        # Each prints the machine first, which stands at the top already.
        body = done.stdout.partition("\n\n")[2].strip()
        shown = " ".join(Path(arg).name if "/" in arg else arg for arg in args)
        said = f"`python -m benchmarks.{name} {shown}`".replace(" `", "`")
        print(f"\n## {title}\n\n{meaning} {said}\n\n{body}", flush=True)


if __name__ == "__main__":
    main()
