"""A bar and its printed line; medians and percentiles."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A ratio against its limit, which is the least allowed one if ``at_least``."""

    name: str
    ratio: float
    limit: float
    detail: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether the ratio is within the limit."""
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def line(self) -> str:
        """Return the printed line."""
        sign = ">=" if self.at_least else "<="
        verdict = "ok  " if self.holds else "OVER"
        return f"{verdict} {self.ratio:7.2f} {sign} {self.limit:<6g} {self.name}  {self.detail}"


def median_ratio(
    measured: Callable[[], float], reference: Callable[[], float], rounds: int = 9
) -> tuple[float, float, float]:
    """Return the median of ratios over interleaved rounds, and both medians in seconds."""
    pairs = [(measured(), reference()) for _ in range(rounds)]
    return (
        statistics.median(a / b for a, b in pairs),
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
    )


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
