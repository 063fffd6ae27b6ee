"""DetectFaces and CompareFaces: a photo's faces, and the largest against those of another."""

from __future__ import annotations

from lookalike.faces.photo import Face, Photo
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.quality_filter import passing
from lookalike.rekognition.wire.faults import in_amazons_words
from lookalike.rekognition.wire.validation import Members
from lookalike.scores.similarity import Score

_MAX_FACES = 100
_SIMILARITY_THRESHOLD = 80.0
# Programs that are careful refuse faces with a sharpness below 60 or so.
_UNTOLD = 10.0


def detect_faces(context: Context, request: Members) -> Members:
    """The 100 largest faces, the largest first; none is an empty list.

    `Attributes` adds what is measured; see `faces.attributes`.
    """
    data = images.content(context, request["Image"], "Image")
    asked = request.get("Attributes", ())
    photo = images.analyze(context, data, "Image", asked)
    return {"FaceDetails": shapes.details(context, photo, photo.faces[:_MAX_FACES], asked)}


def compare_faces(context: Context, request: Members) -> Members:
    """The largest source face against the 100 largest target faces.

    A `QualityFilter` takes faces away from both before; a target whose faces were all taken away
    has no matches, a source is refused. Where neither of two faces shows enough to tell who it is,
    the sharpness of the target's says so.
    """
    names = ("SourceImage", "TargetImage")
    contents = [images.content(context, request[name], name) for name in names]
    shown = shapes.of_compared(context)
    source, target = (
        _with_face(images.analyze(context, data, name, shown), name)
        for data, name in zip(contents, names, strict=True)
    )
    quality_filter = request.get("QualityFilter", "NONE")
    probe = _largest(source, quality_filter)
    faces = passing(target.faces, quality_filter)[:_MAX_FACES]
    compare = context.engine.matcher.compare_faces
    scored = [(compare(probe, face), face) for face in faces]
    threshold = request.get("SimilarityThreshold", _SIMILARITY_THRESHOLD)
    matched = [(score, face) for score, face in scored if score.similarity >= threshold]
    matched.sort(key=lambda pair: -pair[0].similarity)
    return {
        "SourceImageFace": shapes.face_box(probe, source),
        "FaceMatches": [
            {"Similarity": score.similarity, "Face": _compared(context, score, face, target)}
            for score, face in matched
        ],
        "UnmatchedFaces": [
            _compared(context, score, face, target)
            for score, face in scored
            if score.similarity < threshold
        ],
    }


def _compared(context: Context, score: Score, face: Face, target: Photo) -> Members:
    """ComparedFace, whose sharpness is at most `_UNTOLD` where too little shows of both."""
    compared = shapes.compared(context, face, target)
    if not score.enough:
        quality = compared["Quality"]
        compared["Quality"] = quality | {"Sharpness": min(quality["Sharpness"], _UNTOLD)}
    return compared


def _with_face(photo: Photo, member: str) -> Photo:
    if not photo.faces:
        side = member.removesuffix("Image").lower()
        raise in_amazons_words(
            "InvalidParameterException",
            f"{member}: no face was found in the {side} image of {photo.width} x {photo.height} "
            "pixels.",
        )
    return photo


def _largest(source: Photo, quality_filter: str) -> Face:
    faces = passing(source.faces, quality_filter)
    if not faces:
        raise in_amazons_words(
            "InvalidParameterException",
            f"SourceImage: no face of the source image passes the QualityFilter {quality_filter}.",
        )
    return faces[0]
