"""What a caller asks events by, as the archive takes it: names of phones and people, numbers in any spelling."""

import asyncio
import re
import unicodedata

from adb_bridge.records import Source
from policies.pseudonyms import read_signs

from .api.wire import EventQuery
from .archive.archive import Archive
from .archive.drafts import EventFilter, HeldSpan, Trace
from .device_directory import DeviceDirectory
from .events import Direction, EventId, EventKind
from .peers import canonical_peer
from .rights.people import PeopleBook
from .roles import Permission, require
from .service import Caller
from .service_errors import invalid, not_found, unusable

MAX_LIMIT = 1_000
_MASKED_NUMBER = re.compile(r"\+?[0-9][0-9 ()-]*\*{2,}[*0-9 ()-]*")
_MOST_TOKENS = 20
_LEAST_DIGITS = 3
"""Of a number: the shortest short codes (110)."""


class EventFilters:
    """Reads enrolments; raises ServiceError for what makes no sense."""

    def __init__(self, archive: Archive, directory: DeviceDirectory, people: PeopleBook) -> None:
        self._archive = archive
        self._people = people
        self._directory = directory

    async def of(self, caller: Caller, query: EventQuery) -> EventFilter:
        """The archive's filter for a query. A number is for those who may reveal."""
        if query.since is not None and query.until is not None and query.since >= query.until:
            raise unusable("events.empty_range")
        names = (*query.devices, *(() if query.device is None else (query.device,)))
        if query.device is not None and query.devices:
            raise invalid("device, devices: one of both")
        if query.before is None:
            await self.require_known(names, query.conversation)
        return EventFilter(
            device=self._directory.named(query.device) if query.employee is None else None,
            held=await self.held(names, query.employee) if query.devices or query.employee is not None else None,
            kind=_kind_of(query.kind),
            source=_source_of(query.kind),
            since=query.since,
            until=query.until,
            direction=None if query.direction is None else Direction(query.direction.value),
            peer_key=None if query.peer is None else self.number(caller, query.peer),
            peer_tokens=None if query.person is None else await self._of_person(query.person),
            has_attachments=query.has_attachments,
            trace=None if query.trace is None else Trace(query.trace.value),
            has_alerts=query.has_alerts,
            conversation=query.conversation,
            event_ids=tuple(EventId(event_id) for event_id in query.event_ids),
            before=query.before,
            limit=max(1, min(query.limit, MAX_LIMIT)),
        )

    async def _of_person(self, text: str) -> tuple[bytes, ...]:
        """Numbers and chats behind a pseudonym, which nobody is shown. `person.not_found` for one that no one has."""
        signs = read_signs(text)
        people = await self._people.now()
        tokens = () if signs is None else await asyncio.to_thread(people.peer_tokens, signs)
        if not tokens:
            raise not_found("person")
        return tokens[:_MOST_TOKENS]

    async def require_known(self, devices: tuple[str, ...], conversation: str | None) -> None:
        """404 for a phone that nobody ever saw (`device.not_found`) or such a conversation (`conversation.not_found`):
        a mistyped name is told apart from one without records.
        """
        for name in devices:
            if not await self._directory.knows(name):
                raise not_found("device")
        if conversation is not None and not await self._archive.timeline.has_conversation(conversation):
            raise not_found("conversation")

    def number(self, caller: Caller, text: str) -> str:
        """A complete number in the form that numbers are compared in. `events.bad_number` for what is none."""
        require(caller, Permission.EVENTS_REVEAL)
        folded = unicodedata.normalize("NFKC", text)
        peer_key = canonical_peer(folded)
        if is_masked_number(folded):
            raise unusable("events.bad_number")
        if peer_key is None or sum(map(str.isdecimal, peer_key)) < _LEAST_DIGITS or any(map(str.isalpha, peer_key)):
            raise unusable("events.bad_number")
        return peer_key

    async def held(self, devices: tuple[str, ...], employee: str | None) -> tuple[HeldSpan, ...]:
        """These phones (none: all) for the times that they were this person's (None: always).

        `events.no_such_employee` when nobody of this name ever had a phone.
        """
        serials = {serial for name in devices if (serial := self._directory.named(name)) is not None}
        if employee is None:
            return tuple(HeldSpan(device=serial) for serial in sorted(serials))
        wanted = _folded(employee)
        theirs = [one for one in await self._archive.enrolments() if _folded(one.employee) == wanted]
        if not theirs:
            raise unusable("events.no_such_employee", http_status=404)
        return tuple(
            HeldSpan(device=one.serial, since=one.enrolled_at, until=one.ended_at)
            for one in theirs
            if not serials or one.serial in serials
        )


def is_masked_number(text: str) -> bool:
    """Whether it is a number as masks show it, `139****2222`: its hidden figures cannot be looked for."""
    return _MASKED_NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _kind_of(word: str | None) -> EventKind | None:
    return EventKind(word) if word is not None and word in set(EventKind) else None


def _source_of(word: str | None) -> Source | None:
    """Raises ServiceError for a word that is neither a kind nor a source."""
    if word is None or word in set(EventKind):
        return None
    if word not in set(Source):
        raise invalid("kind")
    return Source(word)
