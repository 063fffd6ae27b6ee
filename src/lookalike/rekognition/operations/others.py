"""What programs ask beside faces, as far as faces prove it: only by the setting `others`.

DetectLabels and DetectProtectiveEquipment answer what the faces of a photo show, DetectText and
DetectModerationLabels nothing, for nothing here reads text or judges a picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lookalike.faces.coverage import Hindrance
from lookalike.faces.geometry import Box
from lookalike.faces.photo import Face, Photo
from lookalike.rekognition import images, shapes
from lookalike.rekognition.context import Context
from lookalike.rekognition.wire.validation import Members

# In percent, unless a request says another (API reference of Rekognition).
_LABELS_FROM = 55.0
# What Amazon's models are called at the time of writing; programs show it, or look at no more.
_LABEL_MODEL, _MODERATION_MODEL, _TEXT_MODEL, _EQUIPMENT_MODEL = "3.0", "7.0", "3.0", "1.0"
# The labels that a face proves, each with those above it, as Amazon's hierarchy has them.
_PARENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Person": (), "Head": ("Person",), "Face": ("Head", "Person")}
)
_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType({"Person": ("Human",)})
_CATEGORY = "Person Description"
_COVER = "FACE_COVER"


def detect_labels(context: Context, request: Members) -> Members:
    """Person, Head and Face, each with an instance for each face; without a face, nothing."""
    photo = _photo(context, request)
    least = request.get("MinConfidence", _LABELS_FROM)
    instances = [
        box
        for box in (shapes.face_box(each, photo) for each in photo.faces)
        if box["Confidence"] >= least
    ]
    wanted = "GENERAL_LABELS" in request.get("Features", ("GENERAL_LABELS",))
    named = _named(request.get("Settings", {}).get("GeneralLabels", {}))
    labels = [_label(name, instances) for name in named] if wanted and instances else []
    return {
        "Labels": labels[: request.get("MaxLabels")],
        "LabelModelVersion": _LABEL_MODEL,
    }


def detect_protective_equipment(context: Context, request: Members) -> Members:
    """Everybody whose face shows, and whether it is covered; heads and hands are not looked at."""
    photo = _photo(context, request)
    asked = request.get("SummarizationAttributes")
    return {
        "ProtectiveEquipmentModelVersion": _EQUIPMENT_MODEL,
        "Persons": [_wearer(number, face, photo) for number, face in enumerate(photo.faces)],
        "Summary": None if asked is None else _summary(photo.faces, asked),
    }


def detect_moderation_labels(context: Context, request: Members) -> Members:
    """Nothing: nobody here judges a picture."""
    images.content(context, request["Image"], "Image")
    return {
        "ModerationLabels": [],
        "ModerationModelVersion": _MODERATION_MODEL,
        "ContentTypes": [],
    }


def detect_text(context: Context, request: Members) -> Members:
    """Nothing: nobody here reads."""
    images.content(context, request["Image"], "Image")
    return {"TextDetections": [], "TextModelVersion": _TEXT_MODEL}


def _photo(context: Context, request: Members) -> Photo:
    return images.analyze(context, images.content(context, request["Image"], "Image"), "Image")


def _named(general: Members) -> list[str]:
    """The labels that the filters of a request let through."""
    categories = {_CATEGORY}
    kept = categories.issubset(general.get("LabelCategoryInclusionFilters", categories))
    if not kept or _CATEGORY in general.get("LabelCategoryExclusionFilters", ()):
        return []
    only, without = general.get("LabelInclusionFilters"), general.get("LabelExclusionFilters", ())
    return [name for name in _PARENTS if (not only or name in only) and name not in without]


def _label(name: str, instances: Sequence[Members]) -> Members:
    """Label of the model. The box of a person is that of the face: nothing here sees bodies."""
    return {
        "Name": name,
        "Confidence": max(each["Confidence"] for each in instances),
        "Instances": list(instances),
        "Parents": [{"Name": each} for each in _PARENTS[name]],
        "Aliases": [{"Name": each} for each in _ALIASES.get(name, ())],
        "Categories": [{"Name": _CATEGORY}],
    }


def _wearer(number: int, face: Face, photo: Photo) -> Members:
    """ProtectiveEquipmentPerson of the model."""
    box = shapes.face_box(face, photo)
    return {
        "Id": number,
        **box,
        "BodyParts": [
            {
                "Name": "FACE",
                "Confidence": box["Confidence"],
                "EquipmentDetections": [_cover(face, photo)] if _covered(face) else [],
            }
        ],
    }


def _cover(face: Face, photo: Photo) -> Members:
    """EquipmentDetection of the model: a mask is over the lower half of a face."""
    whole = face.box
    lower = Box(whole.left, whole.top + whole.height / 2, whole.width, whole.height / 2)
    sure = 100 * _mask(face)
    return {
        "Type": _COVER,
        "BoundingBox": shapes.bounding_box(lower.in_shares(photo.width, photo.height)),
        "Confidence": sure,
        "CoversBodyPart": {"Confidence": sure, "Value": True},
    }


def _summary(faces: Sequence[Face], asked: Members) -> Members:
    """ProtectiveEquipmentSummary of the model: the numbers of persons by what they wear of what
    they have to. Who wears a cover and has to wear more than that is indeterminate."""
    least, required = asked["MinConfidence"] / 100, set(asked["RequiredEquipmentTypes"])
    wearing: list[int] = []
    without: list[int] = []
    unknown: list[int] = []
    for number, face in enumerate(faces):
        lacks = _COVER in required and not (_covered(face) and _mask(face) >= least)
        chosen = without if lacks else unknown if required - {_COVER} else wearing
        chosen.append(number)
    return {
        "PersonsWithRequiredEquipment": wearing,
        "PersonsWithoutRequiredEquipment": without,
        "PersonsIndeterminate": unknown,
    }


def _mask(face: Face) -> float:
    """How surely a mask is worn, 0 to 1."""
    return face.coverage.mask if face.coverage else 0.0


def _covered(face: Face) -> bool:
    return face.coverage is not None and Hindrance.MASK in face.coverage.hindrances
