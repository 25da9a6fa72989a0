"""The earlier messages of a conversation, as the rules for one message see them."""

from collections.abc import Sequence
from functools import cached_property

from .facts import TextFacts
from .model import Earlier, Side
from .rules.spec import Near, Sender

STUB = 8
"""A message of so few code points may be a piece of what its neighbours say."""
MOST_MESSAGES = 20
"""Earlier messages that are looked at when a context only has a time."""
MOST_OF_EARLIER = 2_000
"""Code points of an earlier message that are looked at, the last ones."""
CONTACT_WINDOW = 2
"""A contact detail in so many earlier messages counts as near."""


def joint(left: str, right: str) -> str:
    """What stands between two messages that are read as one: a space beside a stub, else the end of a line."""
    return " " if len(left.strip()) <= STUB or len(right.strip()) <= STUB else "\n"


def is_by(message: Earlier, side: Side) -> bool:
    """Whether the message can be of the same sender; who is unknown can be anybody."""
    return message.side is side or Side.UNKNOWN in (message.side, side)


def is_within(message: Earlier, seconds: float) -> bool:
    """Whether it was said in the last `seconds`; 0 has no limit, an unknown time is within any."""
    return not seconds or message.age_s is None or message.age_s <= seconds


class Window:
    """What was said before one message. Everything is found out at most once."""

    def __init__(self, previous: Sequence[str | Earlier], side: Side) -> None:
        """`previous`: oldest first. `side`: who says the message."""
        self._previous = previous
        self._side = side
        self._facts: dict[tuple[int, ...], TextFacts] = {}

    @cached_property
    def previous(self) -> tuple[Earlier, ...]:
        """All of them."""
        return tuple(Earlier(text=one) if isinstance(one, str) else one for one in self._previous)

    def said(self, near: Near) -> TextFacts | None:
        """The earlier messages that a context looks at, read as one text; None when there is none."""
        most = near.messages or (MOST_MESSAGES if near.seconds else 0)
        chosen: list[int] = []
        for at in range(len(self.previous) - 1, -1, -1):
            message = self.previous[at]
            if len(chosen) >= most or not is_within(message, near.seconds):
                break
            if near.sender is Sender.ANY or is_by(message, self._side):
                chosen.append(at)
        return self._read(tuple(reversed(chosen))) if chosen else None

    def has_way(self) -> bool:
        """Whether one of the last messages, whoever's, tells a way to reach or pay a person."""
        if not self._previous:
            return False
        last = range(max(0, len(self.previous) - CONTACT_WINDOW), len(self.previous))
        return any(self._read((at,)).has_way for at in last)

    def _read(self, chosen: tuple[int, ...]) -> TextFacts:
        facts = self._facts.get(chosen)
        if facts is None:
            texts = [self.previous[at].text[-MOST_OF_EARLIER:] for at in chosen]
            pieces = [texts[0]]
            for before, text in zip(texts, texts[1:], strict=False):
                pieces += [joint(before, text), text]
            facts = self._facts[chosen] = TextFacts("".join(pieces))
        return facts
