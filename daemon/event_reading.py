"""Reading events: masked for those who may read, revealed for those who say why. Both leave their trace."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from .api.texts import Texts
from .api.wire import Event, EventQuery
from .api.wire_base import Masked
from .archive.archive import Archive
from .archive.drafts import NumberSearch
from .archive.privacy import Correction
from .archive.records import ArchivedEvent
from .audit import MAX_REASON, AuditTrail
from .device_directory import DeviceDirectory
from .event_filters import EventFilters, is_masked_number
from .event_text import masked_text
from .events import Event as StoredEvent
from .leaving.owners import owners_of
from .rights.guard import PrivacyGuard
from .rights.sight import Spans
from .service import Caller
from .service_errors import not_found, unusable
from .views import event_view, revealed_view

MAX_SEARCH_PAGES = 10


class EventReading:
    """Audit, then serve."""

    def __init__(self, archive: Archive, audit: AuditTrail, directory: DeviceDirectory, guard: PrivacyGuard) -> None:
        self._archive = archive
        self._audit = audit
        self._directory = directory
        self._filters = EventFilters(archive, directory, guard.people)
        self._guard = guard

    async def masked(self, caller: Caller, query: EventQuery, texts: Texts) -> tuple[Event, ...]:
        """A search is an access: it is audited."""
        before = await self._guard.sight(caller.role, texts)
        found = await self._find(caller, query, NumberSearch.NONE, lambda event: masked_text(event, before))
        if query.text is not None or query.peer is not None or query.person is not None:
            ids = [archived.event.event_id for archived, _ in found]
            await self._audit.write(caller, "events.search", self._audit.target_of(query, ids))
        notes = await self._corrections(found)
        sight = await self._guard.sight(caller.role, texts)
        views = [
            corrected(event_view(archived, sight, spans), notes.get(archived.ledger_index, ()), sight.line)
            for archived, spans in found
        ]
        return await self._owned(views)

    async def revealed(self, caller: Caller, query: EventQuery, reason: str, texts: Texts) -> tuple[Event, ...]:
        """Raises ServiceError without a reason."""
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        found = await self._find(caller, query, NumberSearch.COMPLETE, _whole_text)
        ids = [archived.event.event_id for archived, _ in found]
        await self._audit.write(
            caller, "events.reveal", self._audit.target_of(query, ids), reason=reason.strip()[:MAX_REASON]
        )
        notes = await self._corrections(found)
        sight = await self._guard.sight(caller.role, texts)
        views = [
            corrected(revealed_view(archived, sight, spans), notes.get(archived.ledger_index, ()), str)
            for archived, spans in found
        ]
        return await self._owned(views)

    async def _owned(self, views: Sequence[Event]) -> tuple[Event, ...]:
        holders = await self._directory.in_force()
        owners = await owners_of(self._archive, [one.ledger_index for one in views if one.conversation], holders)
        return tuple(msgspec.structs.replace(one, owner=owners.of(one.ledger_index, one.device)) for one in views)

    async def _corrections(self, found: Sequence[tuple[ArchivedEvent, Spans]]) -> dict[int, tuple[Correction, ...]]:
        return await self._archive.privacy.corrections([archived.ledger_index for archived, _ in found])

    async def _find(
        self, caller: Caller, query: EventQuery, numbers: NumberSearch, visible: Callable[[StoredEvent], str]
    ) -> list[tuple[ArchivedEvent, Spans]]:
        """`visible`: what the caller may see of an event's text; a search must not tell more than reading would."""
        conditions = await self._filters.of(caller, query)
        limit = conditions.limit
        if query.text is None:
            events = await self._archive.events(conditions)
            if query.event_ids and not events:
                raise not_found("event")
            return [(self._guard.shown(archived), ()) for archived in events]
        found: list[tuple[ArchivedEvent, Spans]] = []
        for _ in range(MAX_SEARCH_PAGES):
            conditions = replace(conditions, limit=limit - len(found))
            page = await self._archive.search(
                query.text, conditions, visible=self._guard.hiding(visible), numbers=numbers
            )
            found += [(self._guard.shown(one.archived), one.spans) for one in page.found]
            if page.next_before is None or len(found) >= limit:
                if not found and query.before is None and is_masked_number(query.text):
                    raise unusable("events.bad_number")
                return found
            # Much of what the index found is hidden from this caller: look further back.
            conditions = replace(conditions, before=page.next_before)
        # A short page means the end to every client, and this is none.
        raise unusable("events.too_broad")


def corrected(view: Event, notes: Sequence[Correction], shown: Callable[[str], str]) -> Event:
    """With what people said is wrong in it."""
    if not notes:
        return view
    return msgspec.structs.replace(view, corrections=tuple(Masked(shown(note.text)) for note in notes))


def _whole_text(event: StoredEvent) -> str:
    return event.text
