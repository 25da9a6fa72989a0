"""The messages that a candidate is tried on, newest first from the archive, judged oldest first."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from adb_bridge.records import DeviceSerial

from ..archive.archive import Archive
from ..archive.drafts import EventFilter
from ..events import EventKind, KeptEvent
from ..judge import is_nobodys
from ..rights.guard import PrivacyGuard

PAGE = 500
"""Events read at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which messages."""

    since: datetime | None
    until: datetime | None
    device: DeviceSerial | None
    limit: int

    def told(self) -> str:
        """For the audit."""
        parts = [
            ("since", None if self.since is None else self.since.isoformat()),
            ("until", None if self.until is None else self.until.isoformat()),
            ("device", self.device),
            ("limit", str(self.limit)),
        ]
        return " ".join(f"{name}={value}" for name, value in parts if value is not None)


@dataclass(slots=True, kw_only=True)
class Messages:
    """What was read so far."""

    events: list[KeptEvent]
    is_cut: bool = False
    """There are more than the limit."""


async def read(archive: Archive, guard: PrivacyGuard, window: Window) -> AsyncIterator[Messages]:
    """The same object again after each page, whole at the end. What is private is left out."""
    found = Messages(events=[])
    query = EventFilter(device=window.device, since=window.since, until=window.until, limit=PAGE)
    while True:
        page = await archive.events(query)
        for archived in page:
            event = guard.shown(archived).event
            if is_nobodys(event) or not (event.text or event.kind is EventKind.ABSENCE):
                continue
            if len(found.events) == window.limit:
                found.is_cut = True
                break
            found.events.append(event)
        if len(page) < PAGE or found.is_cut:
            break
        query = replace(query, before=page[-1].ledger_index)
        yield found
    found.events.reverse()
    yield found
