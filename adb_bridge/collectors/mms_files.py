"""The file of an MMS part: `content read`, streamed into a sealed blob.

Source: AOSP cmds/content `read` (8+): the bytes to stdout, an exception to stderr with status 0.
"""

import contextlib

from ..content_query import is_storage_locked, require_accepted
from ..errors import BridgeErrorCode, ShellCommandError
from ..rows import BlobRef
from ..session import MIB, Session, quote
from .base import Holdings
from .mms_rows import PARTS

LARGEST_FILE_BYTES = 300 * MIB
_IDLE_S = 30.0


async def fetch_file(session: Session, known: Holdings, part_id: int, name: str) -> BlobRef | str:
    """The blob with the part's bytes, or a stable word for why there is none: `unreadable`, `too_large`.

    A break in the middle starts the file over: most are smaller than the call that fetches them.

    Args:
        name: See `Holdings.open_blob`.

    Raises:
        BlobRefusedError: the store takes nothing now.
        As `Session.stream`; ShellCommandError only for PERMISSION_DENIED and STORAGE_LOCKED.
    """
    writer = await known.open_blob(name)
    if writer.offset:
        await writer.abandon()
        writer = await known.open_blob(name)
    command = f"content read --uri {quote(f'{PARTS}/{part_id}')}"
    size = 0
    is_finished = False
    try:
        async with contextlib.aclosing(
            session.stream(command, idle_timeout_s=_IDLE_S, judge=require_accepted)
        ) as chunks:
            async for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_FILE_BYTES:
                    return "too_large"
                await writer.write(chunk)
        blob = await writer.finish()
        is_finished = True
        return blob
    except ShellCommandError as error:
        if error.code is BridgeErrorCode.PERMISSION_DENIED:
            raise
        if await is_storage_locked(session):
            raise ShellCommandError(
                BridgeErrorCode.STORAGE_LOCKED, exit_code=error.exit_code, stderr_sha256=error.stderr_sha256
            ) from error
        return "unreadable"
    finally:
        if not is_finished:
            await writer.abandon()
