"""How true Pose is of faces whose turn is known.

    python -m benchmarks.pose ../shared/data

No photos here say how a head was turned, so turns are made of photos: *mirrored* (yaw and roll
change their sign, pitch stays), *tilted* (roll changes by as much, and nothing else), and *turned*:
the mesh of a face, with the photo on it, is turned by so many degrees and drawn again, with what is
around it as a plane at the depth of its rim, and then found, meshed and told anew as any photo is.
What is hidden in the photo is drawn from what is beside it, light does not move, and how deep a
face is the mesh itself says: so what a drawn face is told too little may be the drawing's as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import Delaunay

from benchmarks.report import machine, table
from lookalike import config
from lookalike.evaluate.vectors import Which
from lookalike.faces import quality
from lookalike.faces.analyzer import Analyzer
from lookalike.faces.image import FINE, Image, Pixels, decode
from lookalike.faces.mesh import Mesh
from lookalike.faces.quality import Pose, pose_of_mesh
from lookalike.faces.vectors import Floats

# Faces of LFW, of as many people, and Korean portraits.
_FACES = {"LFW": 24, "Koreans": 16}
_TILTS = (-45, -30, -15, 15, 30, 45)
_YAWS = (-30, -20, -10, 10, 20, 30)
_PITCHES = (-20, -10, 10, 20)
# The rim of MediaPipe's canonical face model: ears, chin and forehead.
_RIM = (10, 338, 284, 389, 454, 361, 288, 365, 152, 136, 58, 132, 234, 162, 54, 109)


@dataclass(frozen=True, slots=True)
class Change:
    """What was told of a face, and what should have been: degrees.

    Attributes:
        gained: the share of the turn that was told; None: it was not turned.
    """

    kind: str
    told: Pose
    wanted: Pose
    gained: float | None = None

    @property
    def off(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll that are told too much."""
        return (
            self.told.yaw - self.wanted.yaw,
            self.told.pitch - self.wanted.pitch,
            (self.told.roll - self.wanted.roll + 180) % 360 - 180,
        )


def changes(paths: Sequence[Path], analyzer: Analyzer) -> Iterator[Change]:
    for path in paths:
        pixels = decode(path.read_bytes(), analyzer.limits, FINE).pixels
        mesh = _mesh(analyzer, pixels)
        if mesh is None:
            continue
        pose = pose_of_mesh(mesh.points)
        yield from _told(
            analyzer, "mirrored", pixels[:, ::-1], Pose(-pose.yaw, pose.pitch, -pose.roll)
        )
        for angle in _TILTS:
            wanted = Pose(pose.yaw, pose.pitch, pose.roll + angle)
            yield from _told(analyzer, "tilted", _tilted(pixels, mesh, angle), wanted)
        for kind, angles in (("yaw", _YAWS), ("pitch", _PITCHES)):
            for angle in angles:
                yield from _turned(analyzer, pixels, mesh, kind, angle)


def _turned(
    analyzer: Analyzer, pixels: Pixels, mesh: Mesh, kind: str, angle: float
) -> Iterator[Change]:
    matrix = _matrix(kind, angle)
    centre = mesh.points.mean(axis=0)
    points = ((mesh.points - centre) @ matrix.T + centre).astype(np.float32)
    before, wanted = pose_of_mesh(mesh.points), pose_of_mesh(points)
    for each in _told(analyzer, "", _drawn(pixels, mesh.points, matrix), wanted):
        gained = (getattr(each.told, kind) - getattr(before, kind)) / angle
        yield replace(each, kind=f"turned by {abs(angle)} ({kind})", gained=gained)


def _told(analyzer: Analyzer, kind: str, pixels: Pixels, wanted: Pose) -> Iterator[Change]:
    mesh = _mesh(analyzer, np.ascontiguousarray(pixels))
    if mesh is not None:
        yield Change(kind, pose_of_mesh(mesh.points), wanted)


def _mesh(analyzer: Analyzer, pixels: Pixels) -> Mesh | None:
    """That of the face in the middle; None where none is found."""
    height, width = pixels.shape[:2]
    photo = analyzer.analyze_frame(Image(pixels, width, height, "PNG"))
    face = Which.CENTRAL.face_of(photo)
    return face.mesh if face and face.mesh and face.mesh.presence >= 0 else None


def _tilted(pixels: Pixels, mesh: Mesh, angle: float) -> Pixels:
    """Clockwise around the face."""
    middle = mesh.points[:, :2].mean(axis=0).tolist()
    matrix = cv2.getRotationMatrix2D(middle, -angle, 1.0)
    size = pixels.shape[1], pixels.shape[0]
    tilted = cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(tilted, np.uint8)


def _matrix(kind: str, angle: float) -> Floats:
    """The rotation that adds to the yaw or pitch of a face that looks ahead; see `Pose`."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    if kind == "yaw":
        return np.array([[cos, 0, -sin], [0, 1, 0], [sin, 0, cos]], np.float32)
    return np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]], np.float32)


def _drawn(pixels: Pixels, points: Floats, matrix: Floats) -> Pixels:
    """The picture with the face turned by a rotation around its middle."""
    centre = points.mean(axis=0)
    turned = (points - centre) @ matrix.T + centre
    source = _around(pixels, centre, matrix, float(points[list(_RIM), 2].mean()))
    corners = Delaunay(quality._mean_face()[:, :2]).simplices
    # Far ones first, so that near ones are drawn over them.
    for each in sorted(corners, key=lambda one: -turned[one, 2].mean()):
        _fill(source, turned[each, :2], points[each, :2])
    across, down = (np.ascontiguousarray(source[..., axis]) for axis in (0, 1))
    drawn = cv2.remap(pixels, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8)


def _around(pixels: Pixels, centre: Floats, matrix: Floats, depth: float) -> Floats:
    """(height, width, 2): from where each pixel comes, were all a plane at that depth."""
    height, width = pixels.shape[:2]
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    moved = np.stack([across, down], -1) - centre[:2] - matrix[:2, 2] * (depth - centre[2])
    back = np.linalg.inv(matrix[:2, :2].astype(np.float64))
    return np.asarray(moved @ back.T + centre[:2], np.float32)


def _fill(source: Floats, to: Floats, of: Floats) -> None:
    """The pixels inside a triangle come from the other one."""
    low = np.maximum(np.floor(to.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(to.max(axis=0)) + 1, source.shape[1::-1]).astype(int)
    edges = np.array([to[1] - to[0], to[2] - to[0]], np.float64).T
    if (high <= low).any() or abs(np.linalg.det(edges)) < 1e-6:
        return
    across, down = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    shares = (np.stack([across, down], -1) - to[0]) @ np.linalg.inv(edges).T
    inside = (shares >= -1e-6).all(axis=-1) & (shares.sum(axis=-1) <= 1 + 1e-6)
    moved = shares @ np.array([of[1] - of[0], of[2] - of[0]]) + of[0]
    source[low[1] : high[1], low[0] : high[0]][inside] = moved[inside]


def section(data: Path) -> str:
    analyzer = Analyzer(config.load())
    rows: list[tuple[object, ...]] = []
    for name, paths in _photos(data).items():
        found = list(changes(paths, analyzer))
        for kind in sorted({each.kind for each in found}):
            rows.append((name, kind, *_row([each for each in found if each.kind == kind])))
    heads = "yaw off, median, 95 %", "pitch off", "roll off", "all within 5", "told too little of"
    return table(("faces of", "how", "pictures", *heads), rows)


def _row(found: Sequence[Change]) -> tuple[object, ...]:
    off = np.abs(np.array([each.off for each in found]))
    axes = (f"{np.median(each):.1f}, {np.quantile(each, 0.95):.1f}" for each in off.T)
    # Of turns, which are as often to one side as to the other.
    less = [1 - each.gained for each in found if each.gained is not None]
    short = f"{np.median(less):.0%}" if less else ""
    return len(found), *axes, f"{np.mean((off < 5).all(axis=1)):.0%}", short


def _photos(data: Path) -> dict[str, Sequence[Path]]:
    people = sorted(each for each in (data / "lfw" / "lfw-deepfunneled").iterdir() if each.is_dir())
    step = len(people) // _FACES["LFW"]
    lfw = [sorted(each.glob("*.jpg"))[0] for each in people[::step]]
    koreans = sorted((data / "kr_gallery").glob("*.jpg"))
    return {
        "LFW": lfw[: _FACES["LFW"]],
        "Koreans": koreans[:: len(koreans) // _FACES["Koreans"]][: _FACES["Koreans"]],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    print(machine(), section(parser.parse_args().data), sep="\n\n")


if __name__ == "__main__":
    main()
