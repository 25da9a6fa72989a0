"""What was said in each conversation lately, for the rules that look at earlier messages.

Messages are ordered by the time they were said, not by the time they came in: of a conversation that is not at hand,
or whose message is older than what is, the archive tells. So a restart changes nothing. Kept in memory is little: some
conversations, of each the last messages, of each message its end.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from adb_bridge.records import DeviceSerial
from policies.model import Earlier

from .archive.neighbours import KEPT, Around
from .events import Event
from .judging_sides import SPOKEN, side_of

AGE: Final = timedelta(days=1)
"""Nothing older is context."""
CONTEXT_MESSAGES: Final = 12
"""Earlier messages that a message is judged with."""
MAX_CONVERSATIONS: Final = 5_000
MAX_CHARACTERS: Final = 4_000_000
MOST_OF_MESSAGE: Final = 500
"""Code points of a message that are kept, the last ones."""
_EVER: Final = datetime.max.replace(tzinfo=UTC)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_Key = tuple[DeviceSerial, str]


@dataclass(frozen=True, slots=True, order=True)
class _Said:
    at: datetime
    place: int
    """Of the row on the phone: what tells messages of one moment apart."""
    source: str
    source_key: str
    message: Earlier = field(compare=False)


@dataclass(slots=True)
class _Conversation:
    said: list[_Said] = field(default_factory=list)
    since: datetime = _EVER
    """From here on …"""
    until: datetime = _NEVER
    """… to here everything is at hand that the archive has."""

    @property
    def characters(self) -> int:
        return sum(len(one.message.text) for one in self.said)


@dataclass(frozen=True, slots=True)
class Missing:
    """A conversation of which the archive must be asked, and the time that is needed."""

    device: DeviceSerial
    peer_key: str
    first: datetime
    last: datetime
    since: datetime
    """What was said before is at hand, or too old."""

    @property
    def newest(self) -> Around:
        """Its newest messages: mostly they are what is needed."""
        return Around(device=self.device, peer_key=self.peer_key, since=_since(self.first), until=_EVER)

    @property
    def then(self) -> Around:
        """Those of the time that is needed and not at hand."""
        return Around(device=self.device, peer_key=self.peer_key, since=self.since, until=self.last)


class Conversations:
    """One per daemon. Not for two threads at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, _Conversation] = OrderedDict()
        self._characters = 0

    def missing(self, events: Iterable[Event]) -> tuple[Missing, ...]:
        """Conversations of these events that are not at hand for their times."""
        spans: dict[_Key, tuple[datetime, datetime]] = {}
        for event in events:
            if (key := _key_of(event)) is not None:
                first, last = spans.get(key, (event.occurred_at, event.occurred_at))
                spans[key] = min(first, event.occurred_at), max(last, event.occurred_at)
        found: list[Missing] = []
        for (device, peer), (first, last) in spans.items():
            known = self._known.get((device, peer))
            begun = known.until if known is not None and _reaches(known, first) else _NEVER
            if last > begun:
                found.append(Missing(device, peer, first, last, max(begun, _since(first))))
        return tuple(found)

    def is_enough(self, missing: Missing, newest: Sequence[Event]) -> bool:
        """Whether the newest messages reach back to the time that is needed. Takes them if so."""
        since = newest[0].occurred_at if len(newest) >= KEPT else _since(missing.first)
        if since > _since(missing.first) and sum(one.occurred_at < missing.first for one in newest) < CONTEXT_MESSAGES:
            return False
        self._take((missing.device, missing.peer_key), newest, since, _EVER)
        return True

    def take(self, missing: Missing, events: Sequence[Event]) -> None:
        """What the archive has of the time that is needed."""
        key = missing.device, missing.peer_key
        since = _since(missing.first)
        if len(events) >= KEPT:
            since = events[0].occurred_at
        elif missing.since > since:
            since = self._known[key].since  # it goes on from what is at hand
        self._take(key, events, since, missing.last)

    def before(self, events: Sequence[Event]) -> list[tuple[Earlier, ...]]:
        """For each event what was said before it, oldest first; then the events are remembered."""
        keys = {key for event in events if (key := _key_of(event)) is not None}
        if not keys:
            return [()] * len(events)
        for event in events:
            self._remember(event)
        found = [self._before(event) for event in events]
        for key in keys:
            self._trim(key)
        while len(self._known) > MAX_CONVERSATIONS or self._characters > MAX_CHARACTERS:
            _, oldest = self._known.popitem(last=False)
            self._characters -= oldest.characters
        return found

    def _take(self, key: _Key, events: Iterable[Event], since: datetime, until: datetime) -> None:
        known = self._known.setdefault(key, _Conversation())
        known.since, known.until = since, until
        for event in events:
            self._remember(event)

    def _remember(self, event: Event) -> None:
        key = _key_of(event)
        if key is None:
            return
        known = self._known.setdefault(key, _Conversation())
        self._known.move_to_end(key)
        said = _said_of(event)
        same = [one for one in known.said if (one.source, one.source_key) == (said.source, said.source_key)]
        for one in same:
            known.said.remove(one)
            self._characters -= len(one.message.text)
        insort(known.said, said)
        self._characters += len(said.message.text)

    def _before(self, event: Event) -> tuple[Earlier, ...]:
        key = _key_of(event)
        if key is None:
            return ()
        said, own = self._known[key].said, _said_of(event)
        end = bisect_left(said, own)
        return tuple(
            Earlier(text=one.message.text, side=one.message.side, age_s=(own.at - one.at).total_seconds())
            for one in said[max(0, end - CONTEXT_MESSAGES) : end]
            if own.at - one.at <= AGE
        )

    def _trim(self, key: _Key) -> None:
        known = self._known[key]
        gone = known.said[:-KEPT]
        if gone:
            self._characters -= sum(len(one.message.text) for one in gone)
            known.said = known.said[-KEPT:]
            known.since = max(known.since, known.said[0].at)


def _key_of(event: Event) -> _Key | None:
    if event.kind not in SPOKEN or event.peer_key is None:
        return None
    return event.device, event.peer_key


def _said_of(event: Event) -> _Said:
    place = int(event.source_key) if event.source_key.isascii() and event.source_key.isdecimal() else 0
    message = Earlier(text=event.text[-MOST_OF_MESSAGE:], side=side_of(event))
    return _Said(event.occurred_at, place, event.source.value, event.source_key, message)


def _reaches(known: _Conversation, first: datetime) -> bool:
    """Whether what is at hand goes back far enough for a message of that time, as far as it goes on to it."""
    if known.since <= _since(first):
        return True
    return sum(known.since <= one.at < first for one in known.said) >= CONTEXT_MESSAGES


def _since(moment: datetime) -> datetime:
    return moment - AGE if moment - _NEVER > AGE else _NEVER
