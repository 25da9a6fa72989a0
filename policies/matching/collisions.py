"""The linter's view of disguises: how often each word is found in honest texts that do not say it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..model import How
from .matcher import Matcher
from .profile import MatchProfile

SAFE_PER_10K = 1.0
"""A word found in more of 10,000 honest messages wants an allow word, a `near`, or `homophone = false`."""
EXAMPLES = 3
_WRITTEN = frozenset((How.EXACT, How.FOLDED, How.ALIAS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A word that honest texts are taken for."""

    word: str
    how: How
    messages: int
    """Texts with such a hit."""
    per_10k: float
    surfaces: tuple[str, ...]
    """What was taken for the word, at most EXAMPLES."""

    @property
    def is_safe(self) -> bool:
        """Whether it happens seldom enough."""
        return self.per_10k <= SAFE_PER_10K


def collisions(
    words: Sequence[str],
    texts: Iterable[str],
    *,
    profile: MatchProfile | None = None,
    allow: Sequence[str] = (),
    aliases: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Collision, ...]:
    """Each word with each way it was found in `texts` without standing there, most frequent first.

    `texts` are honest messages, read once; `aliases` and `allow` as the rule has them. Raises EntryError for a word
    that cannot be searched.
    """
    matcher = Matcher(words, allow, profile, aliases)
    counts: dict[tuple[str, How], int] = {}
    surfaces: dict[tuple[str, How], dict[str, None]] = {}
    total = 0
    for text in texts:
        total += 1
        seen: dict[tuple[str, How], str] = {}
        for found in matcher.find(text):
            if found.how not in _WRITTEN:
                seen.setdefault((found.word, found.how), text[found.start : found.end])
        for place, surface in seen.items():
            counts[place] = counts.get(place, 0) + 1
            surfaces.setdefault(place, {}).setdefault(surface)
    found_all = (
        Collision(
            word=word,
            how=how,
            messages=count,
            per_10k=count * 10_000 / total,
            surfaces=tuple(surfaces[word, how])[:EXAMPLES],
        )
        for (word, how), count in counts.items()
    )
    return tuple(sorted(found_all, key=lambda c: (-c.messages, c.word, c.how)))
