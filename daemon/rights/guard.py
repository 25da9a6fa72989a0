"""What readers see of what is kept. Peers and conversations that are nobody's business any more are withheld, and what
comes anew of them is kept as a count. Everything else goes through the `Sight` of the reader's role."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from policies.mask_formats import STAR

from ..api.texts import Texts
from ..api.wire import Role
from ..archive.archive import Archive
from ..archive.identifiers import row_token
from ..archive.privacy import NO_MARKS, Marks
from ..archive.records import ArchivedAlert, ArchivedEvent
from ..archive.transaction import Tokens
from ..events import UNCOLLECTED, CollectedEvent, Direction, Event, EventKind, KeptEvent
from ..peers import canonical_peer
from .people import PeopleBook
from .sight import FORM_OF_ROLE, Form, Sight

_HASH: Final = hashlib.sha256(b"withheld").digest()


class _Numbers(msgspec.Struct, frozen=True):
    numbers: tuple[str, ...] = ()


class PrivacyGuard:
    """One per daemon. `load` after every change of a mark; the rest may be called from any thread."""

    def __init__(self, archive: Archive, people: PeopleBook | None = None) -> None:
        self._archive = archive
        self._tokens: Tokens = archive.tokens
        self._marks: Marks = NO_MARKS
        self.people = people or PeopleBook(archive)
        """Whom the archive knows."""

    def without_marks(self) -> "PrivacyGuard":
        """For a person's own copy, which shows what is withheld from others."""
        return PrivacyGuard(self._archive, self.people)

    async def sight(self, role: Role, texts: Texts, form: Form | None = None) -> Sight:
        """How much a role sees, in a reader's language, or in the form that something is written in for others.

        Ask after the records were read that are to be shown. Raises what the archive raises.
        """
        return Sight(texts=texts, form=form or FORM_OF_ROLE[role], people=await self.people.now())

    async def load(self) -> None:
        """Read the marks that are in force. Raises what the archive raises."""
        self._marks = await self._archive.privacy.marks()

    def is_private(self, event: Event) -> bool:
        """Whether a mark is on its peer, on one of a contact's numbers, or on its conversation."""
        marks = self._marks
        if not marks:
            return False
        peers = {event.peer_key} - {None}
        if event.kind is EventKind.CONTACT:
            peers |= {canonical_peer(number) for number in _numbers(event.attributes)} - {None}
        tokens = self._tokens
        return any(
            tokens.of_number(peer) in marks.peers or tokens.of_conversation(event.device, peer) in marks.conversations
            for peer in peers
            if peer is not None
        )

    def collected(self, event: CollectedEvent) -> CollectedEvent:
        """What of a fresh record is kept: all, or that there was one."""
        return uncollected(event) if self.is_private(event) else event

    def shown(self, archived: ArchivedEvent) -> ArchivedEvent:
        """What readers see of a kept record: all, or when it was."""
        if not self.is_private(archived.event):
            return archived
        return replace(archived, event=withheld(archived.event))

    def hiding(self, visible: Callable[[Event], str]) -> Callable[[Event], str]:
        """`visible` for a search that must not find by what is withheld; as many code points."""
        return lambda event: STAR * len(event.text) if self.is_private(event) else visible(event)

    def alert_shown(self, alert: ArchivedAlert) -> ArchivedAlert:
        """An alert without its evidence where its record is withheld."""
        if not self.is_private(alert.archived.event):
            return alert
        return replace(alert, archived=self.shown(alert.archived), verdict=replace(alert.verdict, hits=()))


def uncollected(event: CollectedEvent) -> CollectedEvent:
    """The row's place on the phone and the day it was collected: enough not to read it again. A finding of absence
    keeps its facts, which are ours."""
    day = event.received_at.astimezone(UTC)
    if event.kind is EventKind.ABSENCE:
        return replace(event, peer=None, peer_key=None, body=None, text="")
    return CollectedEvent(
        token=row_token(event.device, event.source, event.source_key, _HASH),
        device=event.device,
        kind=event.kind,
        source=event.source,
        source_key=event.source_key,
        occurred_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
        received_at=event.received_at,
        direction=Direction.NONE,
        peer=None,
        peer_key=None,
        body=None,
        attributes=UNCOLLECTED,
        text="",
    )


def withheld(event: KeptEvent) -> KeptEvent:
    """A kept record without its content."""
    kept = event.attributes if event.kind is EventKind.ABSENCE else UNCOLLECTED
    return replace(event, peer=None, peer_key=None, body=None, text="", attributes=kept)


def _numbers(stored: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(stored, type=_Numbers).numbers
    except msgspec.MsgspecError:
        return ()
