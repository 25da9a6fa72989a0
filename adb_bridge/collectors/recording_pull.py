"""One recording on its way into a sealed file: in order, never whole in memory, resumed after a cut.

Rules:
- Only the file that was seen counts: as many bytes as its size, and the same size and time afterwards. Anything else
  means that it changed meanwhile; what was written is dropped, and the next look decides anew.
- What is safe after a cut is not read again: `tail -c +N` continues there (toybox, Android 6+; blobs are named after
  size and time, so they continue the same bytes only). Where that does not work, the file is read from its start and
  the safe part passed over.
- It takes as long as it takes at 20 KB/s, plus a minute; a slower phone is a hung one.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import StrEnum
from typing import Final

from ..clock import Clock
from ..errors import BridgeErrorCode, DeviceUnavailableError, ShellCommandError
from ..rows import BlobRef
from ..session import Session, quote
from ..sync_files import FileEntry, FileRefusal, FileRefusedError, open_files
from .base import BlobWriter, Holdings
from .recording_look import FoundFile

LARGEST_BYTES: Final = 8 * 1024**3
"""More is no recording of a call."""
_IDLE_TIMEOUT_S: Final = 60.0
_TICK_S: Final = 2.0
_SLOWEST_BYTES_PER_S: Final = 20 * 1024
_GRACE_S: Final = 60.0


class PullFailure(StrEnum):
    """Why there are no bytes."""

    CHANGED = "changed"
    """While it was read, or gone: the next look decides."""
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


class Pull:
    """Reads one file once. Run it to its end, or close `run` early: what is safe is kept for the next time."""

    def __init__(self, session: Session, file: FoundFile, known: Holdings, clock: Clock) -> None:
        self.outcome: BlobRef | PullFailure | None = None
        """None until `run` ended by itself."""
        self._session = session
        self._file = file
        self._known = known
        self._clock = clock
        self._written = 0

    async def run(self) -> AsyncGenerator[None, None]:
        """Yields about every 2 s while it reads.

        Raises:
            DeviceUnavailableError, ServerUnavailableError, ParseError: what is safe is kept.
            BlobRefusedError: the store takes nothing now.
        """
        if self._file.size_bytes > LARGEST_BYTES:
            self.outcome = PullFailure.TOO_LARGE
            return
        writer = await self._known.open_blob(f"{self._file.key}#{self._file.mark}")
        is_settled = False
        try:
            if writer.offset > self._file.size_bytes:
                await writer.abandon()
                is_settled = True
                self.outcome = PullFailure.CHANGED
                return
            failure = None
            async with aclosing(self._copy(writer)) as copying:
                async for tick in copying:
                    if tick is not None:
                        failure = tick
                        break
                    yield
            if failure is None and not await self._is_unchanged():
                failure = PullFailure.CHANGED
            if failure is None:
                self.outcome = await writer.finish()
            else:
                await writer.abandon()
                self.outcome = failure
            is_settled = True
        finally:
            if not is_settled:
                await writer.pause()

    async def _copy(self, writer: BlobWriter) -> AsyncGenerator[PullFailure | None, None]:
        """Write what is missing. Yields None as a sign of life, a failure at the end of a read that failed."""
        began_s = ticked_s = self._clock.monotonic()
        longest_s = _GRACE_S + self._file.size_bytes / _SLOWEST_BYTES_PER_S
        self._written = writer.offset
        try:
            async with aclosing(self._pieces(writer.offset)) as pieces:
                async for piece in pieces:
                    self._written += len(piece)
                    if self._written > self._file.size_bytes:
                        yield PullFailure.CHANGED
                        return
                    await writer.write(piece)
                    now_s = self._clock.monotonic()
                    if now_s - began_s > longest_s:
                        raise DeviceUnavailableError(BridgeErrorCode.DEVICE_TIMEOUT)
                    if now_s - ticked_s >= _TICK_S:
                        ticked_s = now_s
                        yield None
        except FileRefusedError as error:
            yield PullFailure.CHANGED if error.refusal is FileRefusal.GONE else PullFailure.UNREADABLE
            return
        if self._written != self._file.size_bytes:
            yield PullFailure.CHANGED

    async def _pieces(self, offset: int) -> AsyncGenerator[bytes, None]:
        """The file's bytes from `offset` on."""
        if offset == self._file.size_bytes:
            return
        if offset:
            position = offset
            try:
                async with aclosing(self._tail(offset)) as pieces:
                    async for piece in pieces:
                        position += len(piece)
                        yield piece
            except ShellCommandError:
                if position != offset:
                    raise
            else:
                return
        skip = offset
        async with (
            open_files(self._session, timeout_s=_IDLE_TIMEOUT_S) as files,
            aclosing(files.fetch(self._file.path)) as pieces,
        ):
            async for piece in pieces:
                if skip >= len(piece):
                    skip -= len(piece)
                    continue
                yield piece[skip:]
                skip = 0

    def _tail(self, offset: int) -> AsyncGenerator[bytes, None]:
        path = quote(self._file.path.decode(errors="surrogateescape"))
        return self._session.stream(f"tail -c +{offset + 1} {path}", idle_timeout_s=_IDLE_TIMEOUT_S)

    async def _is_unchanged(self) -> bool:
        async with open_files(self._session) as files:
            (now,) = await files.stat([self._file.path])
        if not isinstance(now, FileEntry):
            return False
        return (now.size_bytes, now.modified_s) == (self._file.size_bytes, self._file.modified_s)
