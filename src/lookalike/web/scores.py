"""Scores in the JSON: ours, or Amazon's, which never stands in a field of ours."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from lookalike import similarity
from lookalike.aws import answers as amazon
from lookalike.similarity import Verdict


class Answer(BaseModel):
    """What every answer is made of."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class AwsScore(Answer):
    """As Amazon Rekognition told it, on a scale of its own."""

    measure: amazon.Measure = Field(
        description="MatchConfidence of a celebrity whom it recognised; else Similarity."
    )
    value: float = Field(description="0 to 100.")


class Score(Answer):
    """Where Amazon Rekognition looked, `aws` holds its score, and everything else is null."""

    similarity: float | None = Field(
        default=None, description="Is this the same person? 0 to 100, from 80 on yes."
    )
    resemblance: float | None = Field(
        default=None, description="How rare this is among strangers, 0 to 100."
    )
    one_in: int | None = Field(
        default=None, description="One stranger in this many is at least as alike."
    )
    verdict: Verdict | None = None
    cosine: float | None = Field(default=None, description="Of the two embeddings, -1 to 1.")
    extrapolated: bool | None = Field(
        default=None, description="Whether this lies beyond what was observed."
    )
    aws: AwsScore | None = None


def score(given: similarity.Score | amazon.AwsScore) -> Score:
    """Either, in the fields that are its own."""
    if isinstance(given, amazon.AwsScore):
        return Score(aws=AwsScore.model_validate(given))
    return Score.model_validate(given)
