"""What of a collected event can be made before its turn to be written: neither the database nor a place is needed.

While the writer commits, and leaves Python's lock alone, an assistant makes it for the units that wait. What was not
made ahead is made when the unit is written.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from crypto.record_seal import hiding_commitment, new_openings

from ..events import CollectedEvent, RowToken
from .codes import DIRECTION_CODES, KIND_CODES, SOURCE_CODES, stored_key, to_micros
from .content import EventContent, encoded
from .identifiers import EventToken
from .indexing import rare_facets, searched_terms
from .ledger_kinds import EVENT_NAME, content_of
from .sealing import files_in
from .transaction import Tokens

_CHUNK: Final = 64
_PAUSE_S: Final = 20e-6
"""A sleep, however short, lets the writer have Python's lock when its commit is done."""


class PreparedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as its row will have it. Holds unmasked content."""

    token: EventToken
    key: int | str
    kind: int
    direction: int
    occurred_at: int
    received_at: int
    opening: bytes
    commitment: bytes
    content: bytes
    """What is to be sealed."""
    terms: str
    """Index terms of its text, and facets that few events have."""
    files: frozenset[str]
    """SHA-256 of its attachments."""


class Ahead:
    """Events of one unit, prepared as far as there was time."""

    def __init__(self, events: Sequence[CollectedEvent], tokens: Tokens) -> None:
        self._events = events
        self._tokens = tokens
        self._taken = 0
        self._ready: dict[RowToken, PreparedEvent] = {}

    def work(self, is_wanted: Callable[[], bool]) -> None:
        """Go on while it is wanted. For one thread."""
        while self._taken < len(self._events) and is_wanted():
            chunk = self._events[self._taken : self._taken + _CHUNK]
            self._taken += len(chunk)
            try:
                self._ready.update(prepared(chunk, self._tokens))
            except Exception:  # noqa: BLE001  told when the unit is written, to who gave it
                return
            time.sleep(_PAUSE_S)

    def ready(self) -> dict[RowToken, PreparedEvent]:
        """What is made by now. No more is made afterwards, but for a chunk that is under way. For another thread."""
        self._taken = len(self._events)
        return self._ready.copy()


class Assistant:
    """A thread that prepares what waits, from `begin` to `halt`."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._waiting: tuple[Ahead, ...] = ()
        self._is_wanted = False
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="archive-assistant", daemon=True)

    def start(self) -> None:
        """Begin to wait for work."""
        self._thread.start()

    def begin(self, waiting: Iterable[Ahead]) -> None:
        """Prepare these, in their order."""
        if work := tuple(waiting):
            with self._wake:
                self._waiting, self._is_wanted = work, True
                self._wake.notify()

    def halt(self) -> None:
        """Stop after the chunk that is under way."""
        self._is_wanted = False

    def close(self) -> None:
        """End the thread."""
        with self._wake:
            self._is_closing, self._is_wanted = True, False
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._waiting or self._is_closing)
                if self._is_closing:
                    return
                waiting, self._waiting = self._waiting, ()
            for ahead in waiting:
                ahead.work(lambda: self._is_wanted)


def prepared(events: Iterable[CollectedEvent], tokens: Tokens) -> dict[RowToken, PreparedEvent]:
    """Of each event, by its row's token."""
    events = list(events)
    openings = new_openings()
    terms = searched_terms([(KIND_CODES[event.kind], event.text) for event in events])
    return {
        event.token: _prepared(event, tokens, opening, words)
        for event, opening, words in zip(events, openings, terms, strict=False)
    }


def _prepared(event: CollectedEvent, tokens: Tokens, opening: bytes, words: str) -> PreparedEvent:
    token = tokens.of_row(event.token)
    key = stored_key(event.source_key)
    kind, direction = KIND_CODES[event.kind], DIRECTION_CODES[event.direction]
    occurred_at, received_at = to_micros(event.occurred_at), to_micros(event.received_at)
    body, attributes = event.body, event.attributes
    text = None if event.text == ("" if body is None else body.decode("utf-8", "replace")) else event.text
    commitment = hiding_commitment(
        opening,
        content_of(
            EVENT_NAME, token, event.device, kind, SOURCE_CODES[event.source], key, occurred_at, received_at, direction,
            event.peer, event.peer_key, body, attributes, text,
        ),
    )  # fmt: skip
    terms = f"{words}{rare_facets(kind, attributes, tokens)}"
    content = encoded(EventContent(opening, event.peer, body, attributes, text))
    return PreparedEvent(
        token, key, kind, direction, occurred_at, received_at, opening, commitment, content, terms, files_in(attributes)
    )
