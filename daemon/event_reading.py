"""Reading events: masked for those who may read, revealed for those who say why. Both leave their trace."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from adb_bridge.records import Source
from policies.display import safe_display
from policies.masking import mask_text

from .api.texts import Texts
from .api.wire import Event, EventQuery
from .api.wire_base import Masked
from .archive.archive import Archive
from .archive.drafts import EventFilter, NumberSearch
from .archive.privacy import Correction
from .archive.records import ArchivedEvent
from .audit import MAX_REASON, AuditTrail
from .device_directory import DeviceDirectory
from .event_text import masked_text
from .events import Event as StoredEvent
from .events import EventId, EventKind
from .rights.guard import PrivacyGuard
from .service import Caller
from .service_errors import invalid, not_found, unusable
from .views import Spans, event_view, revealed_view

MAX_LIMIT = 1_000
MAX_SEARCH_PAGES = 5


class EventReading:
    """Audit, then serve."""

    def __init__(self, archive: Archive, audit: AuditTrail, directory: DeviceDirectory, guard: PrivacyGuard) -> None:
        self._archive = archive
        self._audit = audit
        self._directory = directory
        self._guard = guard

    async def masked(self, caller: Caller, query: EventQuery, texts: Texts) -> tuple[Event, ...]:
        """A search is an access: it is audited."""
        found = await self._find(query, NumberSearch.NONE, masked_text)
        if query.text is not None:
            ids = [archived.event.event_id for archived, _ in found]
            await self._audit.write(caller, "events.search", self._audit.target_of(query, ids))
        notes = await self._corrections(found)
        return tuple(
            _corrected(event_view(archived, texts, spans), notes.get(archived.ledger_index, ()), _masked_line)
            for archived, spans in found
        )

    async def revealed(self, caller: Caller, query: EventQuery, reason: str, texts: Texts) -> tuple[Event, ...]:
        """Raises ServiceError without a reason."""
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        found = await self._find(query, NumberSearch.COMPLETE, _whole_text)
        ids = [archived.event.event_id for archived, _ in found]
        await self._audit.write(
            caller, "events.reveal", self._audit.target_of(query, ids), reason=reason.strip()[:MAX_REASON]
        )
        notes = await self._corrections(found)
        return tuple(
            _corrected(revealed_view(archived, texts, spans), notes.get(archived.ledger_index, ()), str)
            for archived, spans in found
        )

    async def _corrections(self, found: Sequence[tuple[ArchivedEvent, Spans]]) -> dict[int, tuple[Correction, ...]]:
        return await self._archive.privacy.corrections([archived.ledger_index for archived, _ in found])

    async def _find(
        self, query: EventQuery, numbers: NumberSearch, visible: Callable[[StoredEvent], str]
    ) -> list[tuple[ArchivedEvent, Spans]]:
        """`visible`: what the caller may see of an event's text; a search must not tell more than reading would."""
        device = self._directory.named(query.device)
        conditions = EventFilter(
            device=device,
            kind=_kind_of(query.kind),
            source=_source_of(query.kind),
            since=query.since,
            conversation=query.conversation,
            event_ids=tuple(EventId(event_id) for event_id in query.event_ids),
            before=query.before,
            limit=max(1, min(query.limit, MAX_LIMIT)),
        )
        if query.text is None:
            events = await self._archive.events(conditions)
            if query.event_ids and not events:
                raise not_found("event")
            return [(self._guard.shown(archived), ()) for archived in events]
        found: list[tuple[ArchivedEvent, Spans]] = []
        for _ in range(MAX_SEARCH_PAGES):
            page = await self._archive.search(
                query.text, conditions, visible=self._guard.hiding(visible), numbers=numbers
            )
            found += [(self._guard.shown(one.archived), one.spans) for one in page.found]
            if page.next_before is None or len(found) >= conditions.limit:
                break
            # Much of what the index found is hidden from this caller: look further back.
            conditions = replace(conditions, before=page.next_before)
        return found[: max(1, min(query.limit, MAX_LIMIT))]


def _corrected(view: Event, notes: Sequence[Correction], shown: Callable[[str], str]) -> Event:
    if not notes:
        return view
    return msgspec.structs.replace(view, corrections=tuple(Masked(shown(note.text)) for note in notes))


def _masked_line(text: str) -> str:
    return mask_text(safe_display(text, max(1, len(text)))).masked


def _whole_text(event: StoredEvent) -> str:
    return event.text


def _kind_of(word: str | None) -> EventKind | None:
    return EventKind(word) if word is not None and word in set(EventKind) else None


def _source_of(word: str | None) -> Source | None:
    """Raises ServiceError for a word that is neither a kind nor a source."""
    if word is None or word in set(EventKind):
        return None
    if word not in set(Source):
        raise invalid("kind")
    return Source(word)
