"""Detectors that a rule set defines: digit runs with a length and a prefix."""

import re
from typing import assert_never

from .contacts.finder import spoken_figures
from .contacts.runs import digit_runs
from .folding.table import Fold, fold
from .rules.spec import DetectorSpec, RejectNear, Toward


class Detector:
    """A compiled `[[detector]]`."""

    def __init__(self, spec: DetectorSpec) -> None:
        self.spec = spec
        self._prefix = re.compile(spec.prefix)
        self._reject = _words(spec.reject_near.any) if spec.reject_near else None
        self._unless = _words(spec.reject_near.unless) if spec.reject_near else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where such a number stands in `text`."""
        flat = fold(text, Fold())
        if self.spec.is_spoken:
            flat = spoken_figures(flat)
        found: list[tuple[int, int]] = []
        for run in digit_runs(flat):
            done = 0
            for start in run.starts[:-1]:
                end = self._end(run.digits, start, run.ends) if start >= done else 0
                if end and not self._is_rejected(flat, run.at(start), run.at(end - 1) + 1):
                    found.append((run.at(start), run.at(end - 1) + 1))
                    done = end
        return found

    def _end(self, digits: str, start: int, ends: frozenset[int]) -> int:
        if not self._prefix.match(digits, start):
            return 0
        lengths = range(self.spec.longest, self.spec.shortest - 1, -1)
        return next((start + length for length in lengths if start + length in ends), 0)

    def _is_rejected(self, flat: str, start: int, end: int) -> bool:
        reject = self.spec.reject_near
        if reject is None or self._reject is None:
            return False
        around = _around(flat, start, end, reject)
        return bool(self._reject.search(around)) and not (self._unless and self._unless.search(around))


def _around(flat: str, start: int, end: int, reject: RejectNear) -> str:
    left = flat[max(0, start - reject.within) : start]
    right = flat[end : end + reject.within]
    match reject.side:
        case Toward.LEFT:
            return left
        case Toward.RIGHT:
            return right
        case Toward.BOTH:
            return f"{left}\n{right}"
        case _ as never:
            assert_never(never)


def _words(words: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(re.escape(fold(word, Fold())) for word in words)) if words else None
