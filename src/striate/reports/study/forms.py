"""What verdict.json must hold for the report to show it; more may stand there."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from striate.base.disk.sealed_json import Form


class ScoreForm(Form):
    """A measure over the runs of an arm."""

    n: int = 0
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None


class ArmForm(Form):
    """What verdict.json has of an arm."""

    name: str
    states: dict[str, int] = Field(default_factory=dict[str, int])
    test: ScoreForm | None = None
    final: ScoreForm | None = None
    best: ScoreForm | None = None


class ComparisonForm(Form):
    """An arm against its control."""

    treatment: str
    control: str
    n_treatment: int = 0
    n_control: int = 0
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    mean_treatment: float | None = None
    mean_control: float | None = None
    sd_treatment: float | None = None
    sd_control: float | None = None


class LookForm(Form):
    """One comparison at one look."""

    seeds: int
    treatment: str = ""
    control: str = ""
    effect: float | None = None
    low: float | None = None
    high: float | None = None


class ClaimForm(Form):
    """The verdict on one claim."""

    claim: str = ""
    kind: str = ""
    answer: str = ""
    reason: str = ""
    detectable: float | None = None
    comparisons: list[ComparisonForm] | None = None
    looks: list[LookForm] | None = None
    details: dict[str, Any] | None = None


class VerdictForm(Form):
    """What the report shows of verdict.json."""

    verdicts: list[ClaimForm] = Field(default_factory=list[ClaimForm])
    arms: list[ArmForm] = Field(default_factory=list[ArmForm])
    failures: dict[str, str] = Field(default_factory=dict[str, str])
    warnings: dict[str, list[str]] = Field(default_factory=dict[str, list[str]])
