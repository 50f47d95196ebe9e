"""One measured ratio against its goals."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A ratio ours : yardstick, the median of `n` pairs taken in turn. `release` is a gate, `stretch` the aim.

    Source of the goals: PERFORMANCE, section 9. `at_least` turns both round: the ratio should be large.
    """

    id: str
    what: str
    ratio: float
    release: float
    stretch: float
    n: int
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the release goal is met."""
        return self._reaches(self.release)

    @property
    def stretch_met(self) -> bool:
        """Whether the stretch goal is met too."""
        return self._reaches(self.stretch)

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        goals = f"release {sign} {self.release:.2f}  stretch {sign} {self.stretch:.2f}"
        return f"{self.id}  ratio {self.ratio:.3g}  {goals}  n={self.n}  {'MET' if self.met else 'MISSED'}"

    def _reaches(self, goal: float) -> bool:
        return self.ratio >= goal if self.at_least else self.ratio <= goal
