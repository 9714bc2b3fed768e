"""A bar and its printed line; rounds that measure a thing and its reference in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A figure and the most that it may be."""

    name: str
    figure: float
    limit: float
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.limit

    def line(self) -> str:
        """Return the printed line."""
        verdict = "ok  " if self.holds else "OVER"
        return f"{verdict} {self.figure:7.3g} <= {self.limit:<6g} {self.name}  {self.detail}"


class Rounds:
    """The figures of interleaved rounds.

    Args:
        count: the number of rounds.
        measure: measures each figure once, those of the references among them, and returns them by name.
    """

    def __init__(self, count: int, measure: Callable[[], Mapping[str, float]]) -> None:
        self._rounds = [measure() for _ in range(count)]
        self.names = list(self._rounds[0])

    def median(self, name: str) -> float:
        """Return the median of a figure."""
        return statistics.median(one[name] for one in self._rounds)

    def ratio(self, title: str, limit: float, name: str, reference: str, unit: str = "s") -> Bar:
        """Return the bar on the median of the ratios of a figure and its reference."""
        ratio = statistics.median(one[name] / one[reference] for one in self._rounds)
        detail = f"{self.median(name):.3g} / {self.median(reference):.3g} {unit}"
        return Bar(title, ratio, limit, detail)


def p95(values: Iterable[float]) -> float:
    """Return the 95th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def seconds(act: Callable[[], object]) -> float:
    """Return the seconds that an act takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
