"""What differs from Amazon Rekognition, and what was chosen where Amazon says nothing.

docs/rekognition.md is made of it. A test holds `missing` and `UNSENT` against real answers: what
is listed here is never sent, and everything else of the service model is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lookalike.rekognition.operations import OPERATIONS, OTHERS

Status = Literal["supported", "partly", "if set", "not"]


@dataclass(frozen=True, slots=True)
class Compatibility:
    """How an operation that is served differs.

    Attributes:
        missing: members of the answer that are never sent, `FaceDetails[].Smile`; the members
            below one are missing with it.
        notes: sentences in Markdown.
    """

    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


# Members of every answer that Amazon has stopped sending too.
RETIRED = frozenset(
    {
        "OrientationCorrection",
        "SourceImageOrientationCorrection",
        "TargetImageOrientationCorrection",
    }
)

# Sent under `LOOKALIKE_ATTRIBUTES=complete` alone: no request asks for the first, and what the
# second tells is true too seldom.
_OF_COMPARED_FACE = ("Emotions", "Smile")
_OF_FACE_DETAIL = ("EyesOpen", "FaceOccluded")
# Told only where a request may ask for attributes.
_OF_FACE_DETAIL_UNASKED = (
    "AgeRange",
    "Beard",
    "Emotions",
    "EyeDirection",
    "Eyeglasses",
    "EyesOpen",
    "FaceOccluded",
    "Gender",
    "MouthOpen",
    "Mustache",
    "Smile",
    "Sunglasses",
)


def _below(member: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{member}.{name}" for name in names)


_BLIND = (
    "An empty answer, with a header `Warning` and a line in the log: nothing here looks for it."
)
_OF_JOBS = "Tokens live for 24 hours, results for 7 days."
_DEFAULT_FILTER = "`QualityFilter` is NONE unless given."

_TABLE: Mapping[str, Compatibility] = MappingProxyType(
    {
        "AssociateFaces": Compatibility(
            notes=(
                "A user without faces takes any; `UserMatchThreshold` (75 unless given) is held "
                "against the mean of the faces of one who has some.",
                "A face the user has already is neither associated again nor refused. A face for "
                "which the user has no room comes in UnsuccessfulFaceAssociations without a "
                "reason; a user who has 100 answers ServiceQuotaExceededException.",
            )
        ),
        "CompareFaces": Compatibility(
            (
                *_below("FaceMatches[].Face", _OF_COMPARED_FACE),
                *_below("UnmatchedFaces[]", _OF_COMPARED_FACE),
            ),
            (
                "The `QualityFilter` (NONE unless given) takes faces away from both images. A "
                "target without any is an answer without matches, a source "
                "InvalidParameterException. Where neither of two faces shows enough to tell who it "
                "is (covered, tiny or blurred), `Quality.Sharpness` of the target's is at most 10; "
                "`Similarity` stays as it is.",
            ),
        ),
        "CreateCollection": Compatibility(
            notes=(
                "The page finds its people only when the collection is named, RecognizeCelebrities "
                "never.",
                "A collection has at most 50 tags (ServiceQuotaExceededException).",
            )
        ),
        "CreateUser": Compatibility(
            notes=(
                "Someone who asked to be left out (`lookalike gallery takedown`) cannot be made: "
                "InvalidParameterException.",
            )
        ),
        "DeleteUser": Compatibility(notes=("The user's faces stay, and are nobody's.",)),
        "DescribeCollection": Compatibility(
            notes=("UserCount counts the people of a gallery, whoever added them.",)
        ),
        "DetectFaces": Compatibility(
            _below("FaceDetails[]", _OF_FACE_DETAIL),
            (
                "`Attributes` adds those that are [true of nine faces in ten](#attributes); "
                "`LOOKALIKE_ATTRIBUTES=complete` sends every member.",
            ),
        ),
        "DetectLabels": Compatibility(
            (
                "Labels[].Instances[].DominantColors",
                "ImageProperties",
            ),
            (
                "Person, Head and Face where a face shows, each with an instance for each face; "
                "the box of all three is that of the face. Filters by name and category hold.",
            ),
        ),
        "DetectModerationLabels": Compatibility(
            _below("ModerationLabels[]", ("Confidence", "Name", "ParentName", "TaxonomyLevel"))
            + _below("ContentTypes[]", ("Confidence", "Name"))
            + ("HumanLoopActivationOutput", "ProjectVersion"),
            (_BLIND,),
        ),
        "DetectProtectiveEquipment": Compatibility(
            (),
            (
                "Everybody whose face shows, with the box of the face; FACE_COVER where a mask is "
                "worn, over the lower half of it. Heads and hands are not looked at: who has to "
                "wear anything there is never among PersonsWithRequiredEquipment.",
            ),
        ),
        "DetectText": Compatibility(
            _below(
                "TextDetections[]",
                ("Confidence", "DetectedText", "Geometry", "Id", "ParentId", "Type"),
            ),
            (_BLIND,),
        ),
        "DisassociateFaces": Compatibility(notes=("The faces stay, and are nobody's.",)),
        "GetCelebrityRecognition": Compatibility(
            _below("Celebrities[].Celebrity.Face", _OF_FACE_DETAIL_UNASKED),
            (
                "A person is recognised by all frames in which they are followed. The box of a "
                "celebrity is that of the face.",
                _OF_JOBS,
            ),
        ),
        "GetFaceDetection": Compatibility(
            _below("Faces[].Face", _OF_FACE_DETAIL),
            ("The frames of each second are sampled.", _OF_JOBS),
        ),
        "GetFaceSearch": Compatibility(
            _below("Persons[].Person.Face", _OF_FACE_DETAIL_UNASKED),
            (
                "The box of a person is that of the face. Whoever is like nobody has no "
                "FaceMatches.",
                _OF_JOBS,
            ),
        ),
        "GetPersonTracking": Compatibility(
            _below("Persons[].Person.Face", _OF_FACE_DETAIL_UNASKED),
            (
                "Everybody whose face shows, in each frame that was looked at; the box of a person "
                "is that of the face. Tracks are those of GetFaceSearch.",
                _OF_JOBS,
            ),
        ),
        "GetCelebrityInfo": Compatibility(
            notes=(
                "Everyone of every gallery has an Id: their Wikidata id, mostly.",
                "KnownGender only where a source states it, as the starter does of everybody.",
            )
        ),
        "IndexFaces": Compatibility(
            (
                *_below("FaceRecords[].FaceDetail", _OF_FACE_DETAIL),
                *_below("UnindexedFaces[].FaceDetail", _OF_FACE_DETAIL),
            ),
            (
                "The same image with the same `ExternalImageId` again adds nothing: the faces that "
                "are there are answered.",
                "`MaxFaces` is 100 unless given, and at most; `DetectionAttributes` adds "
                "what `Attributes` adds to DetectFaces.",
                "The bars of `QualityFilter` are ours, for Amazon publishes none; AUTO, the "
                "default, is LOW.",
            ),
        ),
        "ListCollections": Compatibility(
            notes=(
                "In the order of the ids. With `LOOKALIKE_REKOGNITION_STARTER=on` the gallery "
                "that comes with the package is among them, as `starter`.",
            )
        ),
        "ListFaces": Compatibility(
            notes=(
                "In the order of the ids. Of a face that came without its photo, as those of "
                "`starter`, the box is all of the image, and ExternalImageId whom it shows.",
            )
        ),
        "ListUsers": Compatibility(notes=("In the order of the ids.",)),
        "RecognizeCelebrities": Compatibility(
            (
                *_below("CelebrityFaces[].Face", _OF_COMPARED_FACE),
                *_below("UnrecognizedFaces[]", _OF_COMPARED_FACE),
            ),
            (
                "The celebrities are the people of all galleries but the collections made by "
                "CreateCollection.",
                "Faces below `LOOKALIKE_CELEBRITY_THRESHOLD` (99) are unrecognised, as Amazon's "
                "are below a threshold of its own. With `LOOKALIKE_CELEBRITIES=nearest` every "
                "face carries its nearest person with an honest, low MatchConfidence.",
                "MatchConfidence says how many of 100 strangers meet nobody as alike among all "
                "the people there are: the more people, the more alike somebody has to be.",
            ),
        ),
        "SearchFaces": Compatibility(
            notes=(
                "`MaxFaces` is 4096 unless given. A FaceId that is not in the collection is "
                "InvalidParameterException, in Amazon's words.",
            )
        ),
        "SearchFacesByImage": Compatibility(
            notes=(
                f"`MaxFaces` is 4096 unless given. {_DEFAULT_FILTER} A face that it holds back is "
                "not searched; the largest of the others is. An image without any is "
                "InvalidParameterException.",
            )
        ),
        "SearchUsers": Compatibility(
            notes=(
                "`MaxUsers` is 500 unless given. A user without faces finds nobody.",
                "Neither or both of `FaceId` and `UserId` are InvalidParameterException.",
            )
        ),
        "SearchUsersByImage": Compatibility(
            (
                *_below("SearchedFace.FaceDetail", _OF_FACE_DETAIL_UNASKED),
                *_below("UnsearchedFaces[].FaceDetails", _OF_FACE_DETAIL_UNASKED),
            ),
            (
                f"`MaxUsers` is 500 unless given. {_DEFAULT_FILTER} A face that it holds back is "
                "not searched; the largest of the others is. An image without any finds nobody.",
            ),
        ),
        "TagResource": Compatibility(
            notes=(
                "Of collections. At most 50 tags each (ServiceQuotaExceededException).",
                "The region and the account of a resource name may be any.",
            )
        ),
    }
)

# Values of enums, by shape, that are never in an answer.
UNSENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "EmotionName": ("UNKNOWN",),
        "UnsearchedFaceReason": ("EXCEEDS_MAX_FACES",),
        # Users are updated within the call.
        "UserStatus": ("CREATING", "UPDATING"),
    }
)

# What holds for every operation.
GENERAL = (
    "An operation that is not here answers UnknownOperationException, with a list of those that "
    "are.",
    "Account `000000000000`; the region is the one that a request is signed for.",
    "Similarity, MatchConfidence and the thresholds are [calibrated here](scores.md): 80 is where "
    "one pair of strangers in 10,000 passes. With a [model](models.md) that nobody calibrated they "
    "are provisional and low on purpose, and the log says so.",
    "FaceModelVersion is `1.0` for the model that ships (`sface-2021dec/1`), and 2 with a number "
    "made of its contract for any other; vectors of another are refused, never searched.",
    "Images are JPEG and PNG, in `Bytes`, or in an `S3Object` where the server has an S3 endpoint; "
    "where it has none, or cannot read the object, the answer is InvalidS3ObjectException.",
    "Boxes and landmarks are of the image as it is displayed, turned as its EXIF data says; "
    "OrientationCorrection is not sent, nor is it by Amazon now.",
    "With the attribute ALL come 30 landmarks, else five. A pupil is the middle of its eye.",
    "No pixels are kept. An ImageId is made of the image's bytes: the same image has the same one.",
    "`starter`, where it is shown, is read-only: changes of it answer InvalidParameterException. "
    "With another model than the one it was made with it is empty.",
    "Users are updated within the call, so that no one has to wait for ACTIVE. One without faces "
    "is CREATED.",
    "A ClientRequestToken is known for a day; the same with other parameters answers "
    "IdempotentParameterMismatchException.",
    "A page has as many rows as may be asked for unless MaxResults says fewer; 0 is the same as "
    "none. A NextToken is good for the same parameters only (InvalidPaginationTokenException).",
    "Rows that are added or removed while a client pages neither shift nor repeat the others.",
    "Requests are POST; a presigned GET shows the page. What a signature needs is in "
    "[Access keys](access-keys.md).",
    "A server with a full queue answers ThrottlingException, a key beyond its rate "
    "ProvisionedThroughputExceededException; the SDKs try both again.",
    "Messages are Amazon's to the letter where they are known, for programs compare them whole: of "
    "collections and faces that are not there or are already, of images that are missing, none, "
    "too large, too small or without a face, of objects in S3, tokens, rates and open jobs. The "
    "reason, with what is allowed, comes in the header `X-Lookalike-Reason` (percent-encoded where "
    "it is not ASCII; boto3 has it in `ResponseMetadata`) and stands in the server's log.",
    "Members of an answer come in the order of the service model. What is worth a second try "
    "carries `Retry-After`.",
    "Members that are not in the service model are ignored. A request that breaks several rules "
    "of it hears of all, ten at most in words.",
)


def compatibility(operation: str) -> Compatibility:
    """How an operation that is served differs; in nothing, unless the table says so."""
    return _TABLE.get(operation, Compatibility())


def status(operation: str) -> Status:
    """Partly: some members of the answer that Amazon sends are never sent. If set: by
    `LOOKALIKE_OTHERS` alone."""
    if operation in OTHERS:
        return "if set"
    if operation not in OPERATIONS:
        return "not"
    return "partly" if compatibility(operation).missing else "supported"


def described() -> frozenset[str]:
    """The operations of the table; a test asks that each is served."""
    return frozenset(_TABLE)
