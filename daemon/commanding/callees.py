"""Finds the number behind a record: it goes to the phone and is shown to nobody."""

from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret

from ..api.wire import CallParameters
from ..archive.archive import Archive
from ..archive.drafts import EventFilter
from ..events import EventId, KeptEvent
from ..rights.guard import PrivacyGuard


class ArchivedCallees:
    """Numbers of the archive. What nobody may see any more is called by nobody."""

    def __init__(self, archive: Archive, guard: PrivacyGuard) -> None:
        self._archive = archive
        self._guard = guard

    async def number(self, device: DeviceSerial, parameters: CallParameters) -> Secret | None:
        """None: there is no such record, or it has no complete number."""
        if parameters.event_id is not None:
            query = EventFilter(event_ids=(EventId(parameters.event_id),), limit=1)
        elif parameters.conversation is not None:
            query = EventFilter(conversation=parameters.conversation, limit=1)
        else:
            return None
        for archived in await self._archive.events(query):
            if not self._guard.is_private(archived.event):
                return _number_of(archived.event)
        return None


def _number_of(event: KeptEvent) -> Secret | None:
    """Digits with or without a plus: names of chats are no numbers."""
    key = event.peer_key or ""
    digits = key.removeprefix("+")
    return Secret(key) if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 20 else None
