"""A score in the columns of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lookalike.aws.answers import AwsScore
    from lookalike.config import Settings
    from lookalike.scores.similarity import Score


def score_headings(settings: Settings) -> tuple[str, ...]:
    """What stands above `score_cells`, by the engine that the scores are of."""
    if settings.engine == "aws":
        return ("Amazon's score",)
    return "Similarity", "Resemblance"


def score_cells(score: Score | AwsScore) -> tuple[str, ...]:
    """A score of ours, or Amazon's, which has no resemblance."""
    from lookalike.aws.answers import AwsScore

    if isinstance(score, AwsScore):
        return (f"{score.value:5.1f}  {score.measure}",)
    similarity = f"{score.similarity:5.1f}  {score.verdict.replace('-', ' ')}"
    return similarity, f"{score.resemblance:5.1f}  1 stranger in {score.one_in:,}"
