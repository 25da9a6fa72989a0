"""The file of an MMS part: `content read`, streamed into a sealed blob.

Source: AOSP cmds/content `read` (8+): the bytes to stdout, an exception to stderr with status 0.
"""

import contextlib
import hashlib
from collections.abc import AsyncGenerator

from ..content_query import is_storage_locked, require_accepted
from ..errors import BridgeErrorCode, ShellCommandError
from ..rows import BlobRef
from ..session import MIB, Session, quote
from .base import Holdings
from .mms_rows import PARTS

LARGEST_FILE_BYTES = 300 * MIB
_IDLE_S = 30.0
_TRIES = 2


async def fetch_file(session: Session, known: Holdings, part_id: int, name: str) -> BlobRef | str:
    """The blob with the part's bytes, or a stable word for why there is none: `unreadable`, `too_large`.

    Nothing in the answer tells its length, and a phone in trouble ends half an answer with status 0: a file counts when
    two reads agree. A break in the middle starts the file over: most are smaller than the call that fetches them.

    Args:
        name: See `Holdings.open_blob`.

    Raises:
        BlobRefusedError: the store takes nothing now.
        As `Session.stream`; ShellCommandError only for PERMISSION_DENIED and STORAGE_LOCKED.
    """
    try:
        for _ in range(_TRIES):
            found = await _read_twice(session, known, part_id, name)
            if found is not None:
                return found
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.PERMISSION_DENIED:
            raise
        if await is_storage_locked(session):
            raise ShellCommandError(
                BridgeErrorCode.STORAGE_LOCKED, exit_code=error.exit_code, stderr_sha256=error.stderr_sha256
            ) from error
    return "unreadable"


async def _read_twice(session: Session, known: Holdings, part_id: int, name: str) -> BlobRef | str | None:
    """None when the reads differ."""
    writer = await known.open_blob(name)
    if writer.offset:
        await writer.abandon()
        writer = await known.open_blob(name)
    is_finished = False
    try:
        first = hashlib.sha256()
        size = 0
        async with contextlib.aclosing(_bytes_of(session, part_id)) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_FILE_BYTES:
                    return "too_large"
                first.update(chunk)
                await writer.write(chunk)
        if await _hash_of(session, part_id) != first.digest():
            return None
        blob = await writer.finish()
        is_finished = True
        return blob
    finally:
        if not is_finished:
            await writer.abandon()


async def _hash_of(session: Session, part_id: int) -> bytes:
    digest = hashlib.sha256()
    size = 0
    async with contextlib.aclosing(_bytes_of(session, part_id)) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_FILE_BYTES:
                break
            digest.update(chunk)
    return digest.digest()


def _bytes_of(session: Session, part_id: int) -> AsyncGenerator[bytes, None]:
    command = f"content read --uri {quote(f'{PARTS}/{part_id}')}"
    return session.stream(command, idle_timeout_s=_IDLE_S, judge=require_accepted)
