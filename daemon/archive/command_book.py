"""What the queue of commands writes and reads: commands written together, batches, and what happened to a command."""

from .book import Read, Write
from .command_rows import changes_of, find_batches, one_batch
from .commands import PutCommandsUnit, written_by
from .drafts import CommandsDraft, RequestKey
from .records import ArchivedBatch, CommandStepRecord, WrittenCommands


class CommandBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def put(self, draft: CommandsDraft) -> WrittenCommands:
        """All of them in one transaction; KeyReusedError when the key named something else before."""
        return await self._write(PutCommandsUnit(draft=draft))

    async def by_key(self, key: RequestKey) -> WrittenCommands | None:
        """What a request with this key became; None: there was none. KeyReusedError."""
        return await self._read(lambda database: written_by(database, key))

    async def changes(self, command_id: str) -> tuple[CommandStepRecord, ...]:
        """Every change of a command, oldest first."""
        return await self._read(lambda database: changes_of(database, command_id))

    async def batches(self, *, limit: int, before: int | None = None) -> tuple[ArchivedBatch, ...]:
        """Newest first; `before` is a ledger index."""
        return await self._read(lambda database: find_batches(database, limit=limit, before=before))

    async def batch(self, batch_id: str) -> ArchivedBatch | None:
        """None when there is none."""
        return await self._read(lambda database: one_batch(database, batch_id))
