"""Backtracking: a conversation around any moment, masked or, with a reason, revealed. Audit, then serve."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from .api.exit_codes import ExitCode
from .api.texts import Texts
from .api.timeline import TimelinePage, TimelineQuery
from .archive.archive import Archive
from .archive.codes import to_micros
from .archive.drafts import EventFilter, HeldSpan
from .archive.records import ArchivedEvent
from .archive.timeline import TimelineScope, TimelineSlice
from .archive.timeline_streams import Place
from .audit import MAX_REASON, AuditTrail
from .event_filters import EventFilters
from .events import Event, EventKind
from .peers import canonical_peer
from .rights.guard import PrivacyGuard
from .roles import Permission, require
from .service import Caller, ServiceError
from .service_errors import not_found, refusing, unusable
from .timeline_view import TimelineWords, page_of

_MAX_IDS = 20
_LEAST_DIGITS = 7
"""A peer with so many digits is a person's number on every phone; short codes and names are of one phone."""
_MOST_CONTACTS = 50


class TimelineDesk:
    """Behind `/v1/timeline`."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        filters: EventFilters,
        guard: PrivacyGuard,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._audit = audit
        self._filters = filters
        self._guard = guard
        self._texts = texts

    async def masked(self, caller: Caller, query: TimelineQuery) -> TimelinePage:
        """Every stretch that is read is audited."""
        require(caller, Permission.EVENTS_READ)
        with refusing():
            found, anchor = await self._find(caller, query)
            await self._audit.write(caller, "timeline.read", self._target(query, found))
            return await self._page(caller, found, anchor, is_revealed=False)

    async def revealed(self, caller: Caller, query: TimelineQuery, reason: str) -> TimelinePage:
        """`reveal.reason_missing` without a reason."""
        require(caller, Permission.EVENTS_REVEAL)
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        with refusing():
            found, anchor = await self._find(caller, query)
            target = self._target(query, found)
            await self._audit.write(caller, "timeline.reveal", target, reason=reason.strip()[:MAX_REASON])
            return await self._page(caller, found, anchor, is_revealed=True)

    async def _find(self, caller: Caller, query: TimelineQuery) -> tuple[TimelineSlice, str | None]:
        if query.place is None:
            await self._filters.require_known(() if query.device is None else (query.device,), query.conversation)
        place = (
            None if query.place is None else Place(at_us=_micros(query.place.at), ledger_index=query.place.ledger_index)
        )
        if place is None and query.at is not None:
            place = Place(at_us=_micros(query.at))
        anchor: str | None = None
        scope = TimelineScope()
        if query.event_id is not None:
            named = await self._archive.timeline.find(query.event_id)
            if named is None:
                raise not_found("event")
            anchor = named[1].event.event_id
            scope = _scope_of(self._guard.shown(named[1]))
            place = place or named[0]
        if query.conversation is not None:
            scope = replace(scope, conversations=(*scope.conversations, query.conversation))
        if query.peer is not None:
            scope = replace(scope, peer_keys=(*scope.peer_keys, *await self._peers(caller, query.peer)))
        if query.device is not None or query.employee is not None:
            devices = () if query.device is None else (query.device,)
            scope = replace(scope, held=await self._filters.held(devices, query.employee))
        if scope == TimelineScope():
            raise unusable("timeline.whose")
        found = await self._archive.timeline.slice(scope, place, before=query.before, after=query.after)
        return found, anchor

    async def _peers(self, caller: Caller, text: str) -> tuple[str, ...]:
        """A complete number, or the numbers of every contact of exactly this name."""
        require(caller, Permission.EVENTS_REVEAL)
        if not any(map(str.isalpha, text)):
            return (self._filters.number(caller, text),)
        wanted = text.strip().casefold()
        page = await self._archive.search(
            text, EventFilter(kind=EventKind.CONTACT, limit=_MOST_CONTACTS), visible=self._guard.hiding(_whole_text)
        )
        contacts = [one.archived.event for one in page.found]
        named = [event for event in contacts if event.text.split("\n")[0].strip().casefold() == wanted]
        numbers = dict.fromkeys(number for event in named for number in _numbers_of(event))
        if not numbers:
            raise ServiceError("timeline.no_such_contact", http_status=404, exit_code=ExitCode.NOT_FOUND)
        return tuple(numbers)

    async def _page(
        self, caller: Caller, found: TimelineSlice, anchor: str | None, *, is_revealed: bool
    ) -> TimelinePage:
        indexes = [one.archived.ledger_index for one in found.events]
        words = TimelineWords(
            sight=await self._guard.sight(caller.role, self._texts[caller.language]),
            enrolments=await self._archive.enrolments(),
            corrections=await self._archive.privacy.corrections(indexes),
            is_revealed=is_revealed,
        )
        return page_of(self._shown(found), anchor, words)

    def _shown(self, found: TimelineSlice) -> TimelineSlice:
        """Without what is withheld from all readers."""
        events = tuple(
            replace(
                one,
                archived=self._guard.shown(one.archived),
                recording=None if one.recording is None else self._guard.shown(one.recording),
            )
            for one in found.events
        )
        return replace(found, events=events)

    def _target(self, query: TimelineQuery, found: TimelineSlice) -> str:
        """What was shown: ids and tokens, no words."""
        named = [
            ("event", query.event_id),
            ("conversation", query.conversation),
            ("peer", None if query.peer is None else self._audit.search_token(query.peer)),
            ("device", ",".join(found.devices) if query.device is not None or query.employee is not None else None),
            ("at", None if query.at is None else query.at.isoformat()),
        ]
        ids = [one.archived.event.event_id for one in found.events]
        more = ["..."] if len(ids) > _MAX_IDS else []
        told = [f"{name}={value}" for name, value in named if value is not None]
        return " ".join([*told, f"count={len(ids)}", *ids[:_MAX_IDS], *more])


def _scope_of(archived: ArchivedEvent) -> TimelineScope:
    """A number's conversations on every phone; for what has no peer, its phone."""
    event = archived.event
    numbers = set(_numbers_of(event))
    if event.peer_key is not None and sum(map(str.isdecimal, event.peer_key)) >= _LEAST_DIGITS:
        numbers.add(event.peer_key)
    if not numbers and not archived.conversation:
        return TimelineScope(held=(HeldSpan(device=event.device),))
    return TimelineScope(
        conversations=(archived.conversation,) if archived.conversation else (), peer_keys=tuple(sorted(numbers))
    )


class _ContactAttributes(msgspec.Struct):
    numbers: tuple[str, ...] = ()


def _numbers_of(event: Event) -> tuple[str, ...]:
    """Every number of a contact, as numbers are compared; () for other events."""
    if event.kind is not EventKind.CONTACT:
        return ()
    try:
        numbers = msgspec.json.decode(event.attributes, type=_ContactAttributes).numbers
    except msgspec.MsgspecError:
        return ()
    return tuple(dict.fromkeys(key for number in numbers if (key := canonical_peer(number)) is not None))


def _whole_text(event: Event) -> str:
    return event.text


def _micros(moment: datetime) -> int:
    return to_micros(moment.astimezone(UTC))
