"""Galleries pushed into a collection in Amazon's place: from photos, thumbnails and Commons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from lookalike.aws.engine import AwsEngine
from lookalike.aws.push import fetching
from lookalike.cli import main
from lookalike.config import Settings
from lookalike.engine.local import LocalEngine
from lookalike.errors import AwsError, CollectionNotFound, PersonNotFound
from lookalike.gallery.people import Person, Text
from lookalike.gallery.sources.image_file import portrait
from lookalike.gallery.wikimedia.client import open_client, refuse
from tests.support.amazon import pushes
from tests.support.amazon.pushes import push
from tests.support.amazon.stand_in import making
from tests.support.wikimedia import Replay, Rerouted, picture, serving


def best(aws: AwsEngine, collection: str, photo: bytes) -> tuple[str, float]:
    """The person whom a face is most like in a collection there, and Amazon's score."""
    match = aws.find(photo, limit=1, collection=collection).faces[0].matches[0]
    return match.person.id, match.score.value


def test_the_photos_are_found_again_and_nothing_is_pushed_twice(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    pushes.add(aws, engine, photos)
    folder = pushes.write(photos, tmp_path / "photos")
    (folder / "single_face.jpg").unlink()
    first = push(aws, "resumed", folder)
    assert (first.created, first.indexed, first.already) == (True, 1, 0)
    assert first.calls == {"CreateCollection": 1, "IndexFaces": 1}
    (left,) = first.left_out
    assert left.person.id == "one"
    assert left.why.startswith("No pixels are here, nor on Wikimedia Commons")
    second = push(aws, "resumed", pushes.write(photos, folder))
    assert (second.created, second.indexed, second.already) == (False, 1, 1)
    assert second.calls == {"IndexFaces": 1, "ListFaces": 1}
    third = push(aws, "resumed", folder)
    assert (third.indexed, third.already, third.left_out) == (0, 2, ())
    assert third.calls == {"ListFaces": 1}


def test_thumbnails_are_enough(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    pushes.add(aws, engine, photos, thumbnails=True)
    report = push(aws, "thumbnails")
    assert (report.indexed, report.left_out) == (2, ())
    person, score = best(aws, "thumbnails", photos["astronaut.png"])
    assert person == "eileen"
    assert score > 95


def test_who_has_neither_comes_from_commons(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes]
) -> None:
    """Their pictures are those that the real Commons would send, replayed."""
    replay = Replay()
    people = {"Q76": "obama.jpg", "Q6279": "biden.jpg", "Q1": "free-mountain-vector-01.jpg"}
    for wikidata, name in people.items():
        body = picture() if wikidata == "Q1" else photos[name]
        replay.person(wikidata, f"{wikidata}.jpg", body=body)
    for wikidata in (*people, "Q2"):
        face = engine.analyzer.analyze(photos["single_face.jpg"]).faces[0]
        who = Person(wikidata, "mine", Text(en=wikidata), wikidata=wikidata)
        aws.gallery.store.add(who, [portrait(face, wikidata.encode(), None)])
    (aws.settings.cache / "portraits").mkdir(parents=True)
    settings = replace(aws.settings, portraits="on")
    with serving(replay) as port:
        client = open_client("me@example.org", "1.0")
        client._transport = Rerouted(port)
        with fetching(settings, client, refuse) as commons:
            report = push(aws, "commons", commons=commons)
            asked = len(replay.asked)
            again = push(aws, "commons", commons=commons)
    assert report.indexed == 2
    assert {each.person.id: each.why for each in report.left_out} == {
        "Q1": "Amazon Rekognition found no face in the portrait.",
        "Q2": "No pixels are here, nor on Wikimedia Commons: Wikidata has no image of Q2.",
    }
    assert best(aws, "commons", photos["obama2.jpg"])[0] == "Q76"
    # Whoever is there is not fetched again, nor is who has no picture.
    assert (again.indexed, again.already) == (0, 2)
    assert len(replay.asked) == asked


def test_what_a_push_cannot_do(
    aws: AwsEngine, engine: LocalEngine, photos: Mapping[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(CollectionNotFound):
        push(aws, "nothing", collection="nothing")
    assert aws.calls == {}
    with pytest.raises(AwsError, match="collectionId"):
        push(aws, "not allowed", collection="starter")
    face = engine.analyzer.analyze(photos["astronaut.png"]).faces[0]
    spaced = Person(id="Eileen Collins", collection="mine", name=Text(en="Eileen"))
    aws.gallery.store.add(spaced, [portrait(face, photos["astronaut.png"], None)])
    report = push(aws, "spaced", pushes.write(photos, tmp_path / "photos"))
    (left,) = report.left_out
    assert left.why.startswith("Amazon Rekognition allows no 'Eileen Collins:")


def test_the_command_says_that_it_goes_on(theirs: Settings, signed_in: pytest.MonkeyPatch) -> None:
    with making((400, "AccessDeniedException")) as trouble:
        signed_in.setenv("LOOKALIKE_HOME", str(theirs.home))
        signed_in.setenv("LOOKALIKE_CACHE", str(theirs.cache))
        signed_in.setenv("LOOKALIKE_PORTRAITS", "off")
        signed_in.setenv("LOOKALIKE_AWS_REGION", theirs.aws_region)
        signed_in.setenv("LOOKALIKE_AWS_ENDPOINT_URL", trouble.url)
        done = CliRunner().invoke(main, ["gallery", "push", "starter", "--to", "people"])
    assert (done.exit_code, done.stdout) == (1, "")
    stopped, refused = done.stderr.splitlines()
    assert stopped == "Stopped. What was indexed stays; the same command goes on."
    assert refused.startswith("Error: Amazon Rekognition refused CreateCollection: Not now")


def test_whoever_is_taken_down_here_is_named_no_more(
    aws: AwsEngine,
    engine: LocalEngine,
    photos: Mapping[str, bytes],
    tmp_path: Path,
    theirs: Settings,
) -> None:
    pushes.add(aws, engine, photos)
    push(aws, "taken", pushes.write(photos, tmp_path / "photos"))
    assert best(aws, "taken", photos["astronaut.png"])[0] == "eileen"
    aws.gallery.takedown("eileen")
    with pytest.raises(PersonNotFound):
        aws.gallery.person("eileen")
    assert best(aws, "taken", photos["astronaut.png"])[0] == "one"
