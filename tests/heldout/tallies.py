"""Counting what was found, for the open and the sealed half."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .commands import Hit
from .messages import is_sealed

# A mark on the last letter may be counted to the disguise or not.
_MARKS = "\u0301\u0308\u0336\u0332\u20e0\u0489"


@dataclass(slots=True)
class Tally:
    """How many of the marked stretches were found."""

    asked: int = 0
    found: int = 0
    named: int = 0
    exact: int = 0
    covered: int = 0
    open_asked: int = 0
    open_found: int = 0
    hows: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, spans: Sequence[tuple[int, int]], name: str, hits: Sequence[Hit]) -> bool:
        near = [hit for hit in hits if hit.touches(spans)]
        bare = {(start, len(text[:end].rstrip(_MARKS))) for start, end in spans}
        self.asked += 1
        self.found += bool(near)
        self.named += any(hit.name == name for hit in near)
        self.exact += any((hit.start, hit.end) in {*spans, *bare} for hit in near)
        self.covered += all(any(hit.start <= start and end <= hit.end for hit in near) for start, end in spans)
        if not is_sealed(text):
            self.open_asked += 1
            self.open_found += bool(near)
        self.hows.update({hit.how for hit in near if hit.how})
        return bool(near)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.asked)

    @property
    def coverage(self) -> float:
        return self.covered / max(1, self.asked)

    def row(self) -> str:
        asked = max(1, self.asked)
        sealed = (self.found - self.open_found) / max(1, self.asked - self.open_asked)
        figures = (self.found / asked, self.named / asked, self.exact / asked, self.covered / asked)
        halves = (self.open_found / max(1, self.open_asked), sealed)
        return f"{self.asked:6} " + " ".join(f"{x:.4f}" for x in figures) + "   " + " ".join(f"{x:.3f}" for x in halves)


@dataclass(slots=True)
class FalseAlarms:
    """Honest texts with a hit; those where a word stands plainly, if across another word, are apart."""

    asked: int = 0
    plain: int = 0
    texts: list[tuple[str, tuple[Hit, ...]]] = field(default_factory=list)

    def add(self, text: str, hits: Sequence[Hit]) -> None:
        guessed = tuple(hit for hit in hits if hit.how not in {"exact", "folded"})
        self.asked += 1
        self.plain += bool(hits) and not guessed
        if guessed:
            self.texts.append((text, guessed))

    @property
    def per_10_000(self) -> float:
        return len(self.texts) / max(1, self.asked) * 10_000

    def row(self) -> str:
        sealed = sum(is_sealed(text) for text, _ in self.texts)
        count = f"{len(self.texts)} of {self.asked} (open {len(self.texts) - sealed}, sealed {sealed})"
        return f"false {count}, {self.per_10_000:.2f} per 10,000; plain words {self.plain}"

    def shown(self) -> list[str]:
        return [
            " ".join(f"{text[max(0, hit.start - 8) : hit.end + 8]} ({hit.name} {hit.how})" for hit in hits)
            for text, hits in self.texts
            if not is_sealed(text)
        ]


def precision(found: int, wrong: int) -> float:
    return found / max(1, found + wrong)
