"""What an engine found in photos, and what it is, as the JSON of `shapes`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from lookalike.answers import people, shapes
from lookalike.answers.people import PLAIN, Shown

if TYPE_CHECKING:
    from lookalike.engine import interface
    from lookalike.engine.interface import AnyScore
    from lookalike.faces.mesh import Mesh
    from lookalike.faces.photo import Face, Photo
    from lookalike.scores.standing import Standing


def lookalikes(
    found: interface.Lookalikes[AnyScore],
    shown: Shown = PLAIN,
    *,
    mesh: bool = False,
    asked: Sequence[interface.Match[AnyScore]] = (),
) -> shapes.Lookalikes:
    """The people most like each face of a photo.

    Args:
        mesh: tell the points of every face.
        asked: how alike each face is to the one who was asked for, if anybody was.
    """
    others = asked or (None,) * len(found.faces)
    return shapes.Lookalikes(
        photo=shapes.Photo.model_validate(found.photo),
        faces=tuple(
            _ranked_face(index, face, shown, mesh=mesh, asked=other)
            for index, (face, other) in enumerate(zip(found.faces, others, strict=True))
        ),
        references=tuple(reference(each, mesh=mesh) for each in found.references),
        model=shapes.Model.model_validate(found.model),
        gallery=shapes.Searched(collection=found.collection, people=found.people),
        notice=found.notice,
        aws_calls=found.calls,
        timings_ms=_timings(found.photo, found.match_ms),
    )


def again(
    rankings: Iterable[interface.Ranking[AnyScore]],
    collection: str | None,
    among: int,
    shown: Shown = PLAIN,
) -> shapes.Again:
    """The people most like faces that were found before.

    Args:
        among: how many people were looked among.
    """
    return shapes.Again(
        faces=tuple(
            shapes.Ranking(
                people=tuple(_ranked(n, m, shown) for n, m in enumerate(each.matches, 1)),
                order=each.order,
                standing=_standing(each.standing),
            )
            for each in rankings
        ),
        gallery=shapes.Searched(collection=collection, people=among),
    )


def comparison(compared: interface.Comparison[AnyScore]) -> shapes.Comparison:
    """A face of one photo against those of another."""
    faces = zip(compared.target.faces, compared.scores, strict=True)
    return shapes.Comparison(
        source=reference(compared.source),
        target=shapes.Photo.model_validate(compared.target),
        faces=tuple(
            shapes.ComparedFace(**dict(face_of(index, face)), score=score(told))
            for index, (face, told) in enumerate(faces)
        ),
        model=shapes.Model.model_validate(compared.model),
        aws_calls=compared.calls,
        timings_ms=_timings(compared.target),
    )


def detection(found: interface.Detection) -> shapes.Detection:
    """The faces of a photo."""
    guesses = (None,) * len(found.photo.faces) if found.guesses is None else found.guesses
    faces = zip(found.photo.faces, guesses, strict=True)
    return shapes.Detection(
        photo=shapes.Photo.model_validate(found.photo),
        faces=tuple(
            shapes.DetectedFace(
                **dict(face_of(index, face)),
                guess=None if guess is None else shapes.Guess.model_validate(guess),
            )
            for index, (face, guess) in enumerate(faces)
        ),
        model=shapes.Model.model_validate(found.model),
        aws_calls=found.calls,
        timings_ms=_timings(found.photo),
    )


def engine(used: interface.Engine) -> shapes.EngineFacts:
    """What looks at photos; `aws_calls` counts since it was opened."""
    return shapes.EngineFacts(
        engine=used.settings.engine,
        model=shapes.Model.model_validate(used.model),
        aws_calls=used.calls,
    )


def reference(photo: Photo, *, mesh: bool = False) -> shapes.Reference:
    """A photo that others are compared with.

    Args:
        mesh: tell the points of every face.
    """
    return shapes.Reference(
        photo=shapes.Photo.model_validate(photo),
        faces=tuple(face_of(index, face, mesh=mesh) for index, face in enumerate(photo.faces)),
    )


def points(mesh: Mesh) -> tuple[shapes.MeshPoint, ...]:
    """To a tenth of a pixel."""
    return tuple((round(x, 1), round(y, 1)) for x, y in mesh.points[:, :2].tolist())


def score(given: AnyScore) -> shapes.Score:
    """Of either kind, in the fields that it has; all others are null."""
    return shapes.Score.model_validate(given)


def _ranked_face(
    index: int,
    ranked: interface.RankedFace[AnyScore],
    shown: Shown,
    *,
    mesh: bool,
    asked: interface.Match[AnyScore] | None,
) -> shapes.LookalikeFace:
    return shapes.LookalikeFace(
        **dict(face_of(index, ranked.face, mesh=mesh)),
        person=None if asked is None else _compared(asked, shown),
        people=tuple(_ranked(n, m, shown) for n, m in enumerate(ranked.matches, 1)),
        references=tuple(map(score, ranked.references)),
        order=ranked.order,
        standing=_standing(ranked.standing),
    )


def _standing(told: Standing | None) -> shapes.Standing | None:
    return None if told is None else shapes.Standing.model_validate(told)


def _ranked(rank: int, match: interface.Match[AnyScore], shown: Shown) -> shapes.RankedPerson:
    who = people.person(match.person, shown)
    return shapes.RankedPerson(**dict(who), rank=rank, score=score(match.score))


def _compared(match: interface.Match[AnyScore], shown: Shown) -> shapes.ComparedPerson:
    who = people.person(match.person, shown)
    return shapes.ComparedPerson(**dict(who), score=score(match.score))


def face_of(index: int, face: Face, *, mesh: bool = False) -> shapes.Face:
    return shapes.Face(
        index=index,
        box=shapes.Box.model_validate(face.box),
        landmarks=shapes.Landmarks.model_validate(face.landmarks),
        quality=shapes.Quality.model_validate(face.quality),
        coverage=_coverage(face),
        mesh=points(face.mesh) if mesh and face.mesh else None,
    )


def _coverage(face: Face) -> shapes.Coverage | None:
    return None if face.coverage is None else shapes.Coverage.model_validate(face.coverage)


def _timings(photo: Photo, match: float = 0.0) -> shapes.Timings:
    steps = asdict(photo.timings) | {"match": match}
    return shapes.Timings(**steps, total=sum(steps.values()))
