"""What was said in a conversation around a time: the context of messages that are judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adb_bridge.records import DeviceSerial
from crypto.database import Database

from ..events import KeptEvent
from .book import Read
from .codes import to_micros
from .content import ContentKeys
from .event_queries import SELECT_EVENTS, event_of
from .transaction import Tokens

_WHERE: Final = """
WHERE e.conversation_no = (SELECT conversation_no FROM conversations WHERE token = ?)
AND e.occurred_at >= ? AND e.occurred_at <= ? AND e.kind IN (1, 5)
ORDER BY e.occurred_at DESC, e.ledger_index DESC LIMIT ?"""
_SAID: Final = "\n".join((SELECT_EVENTS, _WHERE))

KEPT: Final = 16
"""Messages of a conversation that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Of which conversation what is asked."""

    device: DeviceSerial
    peer_key: str
    since: datetime
    """Inclusive."""
    until: datetime
    """Inclusive."""


class NeighbourBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, read: Read, content: ContentKeys, tokens: Tokens) -> None:
        self._read = read
        self._content = content
        self._tokens = tokens

    async def newest_said(self, asked: Sequence[Around]) -> tuple[tuple[KeptEvent, ...], ...]:
        """`said`, as many as anybody keeps."""
        return await self.said(asked, limit=KEPT)

    async def said(self, asked: Sequence[Around], *, limit: int) -> tuple[tuple[KeptEvent, ...], ...]:
        """For each the last messages in that time, oldest first, at most `limit`."""

        def query(database: Database) -> tuple[tuple[KeptEvent, ...], ...]:
            return tuple(self._said(database, one, limit) for one in asked)

        return await self._read(query)

    def _said(self, database: Database, asked: Around, limit: int) -> tuple[KeptEvent, ...]:
        token = self._tokens.of_conversation(asked.device, asked.peer_key)
        parameters = (token, to_micros(asked.since), to_micros(asked.until), limit)
        found = [event_of(row, self._content).event for row in database.execute(_SAID, parameters)]
        return tuple(reversed(found))
