"""`shopwardend heads check`: heads from outside against the ledger of a state or a copy of one, without a daemon."""

import asyncio
import os
from argparse import Namespace
from pathlib import Path
from typing import Final

import msgspec

from adb_bridge.clock import SystemClock
from crypto.checkpoints import SignedHead, verify_head
from crypto.database import OpenMode
from crypto.errors import IntegrityError
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.witnessing import read_notes

from ..api.exit_codes import ExitCode
from ..api.proofs import CheckedHead
from ..api.texts import Texts
from ..archive.archive import Archive
from ..config import load_config
from ..errors import DaemonError
from ..paths import config_file, require_keyring, state_paths
from ..proofs.heads_desk import NOT_OURS
from ..proofs.typed_heads import TypedHead, TypedHeadError, standing_of_typed, typed_head
from . import heads_rebuild
from .narration import emit, say
from .secret_input import secret_for

_MAX_BYTES: Final = 64 * 1024 * 1024
_FITS: Final = "continued"


class HeadsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[CheckedHead]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK, or INTEGRITY when one does not fit. Nothing is written: an alarm goes into the ledger by the daemon only."""
    if options.action == "rebuild":
        return heads_rebuild.run(options, texts)
    heads = tuple(head for file in options.files for head in _heads(file))
    typed = _typed(options.text)
    if not heads and typed is None:
        raise DaemonError("heads.none_given", ExitCode.USAGE)
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    require_keyring(paths)
    keys = open_keyring(paths.keyring, secret_for(options, config, file, texts))

    async def check() -> list[CheckedHead]:
        archive = Archive.open(
            paths.archive, keys, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_ONLY
        )
        try:
            return [*[await _checked(archive, head) for head in heads], *await _checked_typed(archive, typed)]
        finally:
            await archive.close()

    items = asyncio.run(check())
    if options.jsonl:
        for item in items:
            emit(item)
    elif options.json:
        emit(HeadsAnswer(items=items))
    worst = next((one for one in items if one.standing != _FITS), items[0])
    say(texts.get(f"heads.standing.{worst.standing}", size=worst.size))
    return ExitCode.OK if worst.standing == _FITS else ExitCode.INTEGRITY


async def _checked(archive: Archive, signed: SignedHead) -> CheckedHead:
    standing = NOT_OURS
    try:
        verify_head(signed.note, archive.public_key)
        standing = (await archive.witnesses.standing_of((signed.head,)))[0].value
    except IntegrityError:
        pass
    return CheckedHead(size=signed.size, root_sha256=signed.root.hex(), standing=standing)


async def _checked_typed(archive: Archive, typed: TypedHead | None) -> list[CheckedHead]:
    if typed is None:
        return []
    try:
        standing = await standing_of_typed(archive, typed)
    except TypedHeadError as error:
        raise DaemonError(error.code, ExitCode.USAGE) from None
    return [CheckedHead(size=typed.size, root_sha256=typed.root_digits, standing=standing.value)]


def _typed(text: str | None) -> TypedHead | None:
    if text is None:
        return None
    typed = typed_head(text)
    if typed is None:
        raise DaemonError("heads.typed_wrong", ExitCode.USAGE)
    return typed


def _heads(file: Path) -> tuple[SignedHead, ...]:
    try:
        with file.expanduser().open("rb") as stream:
            return read_notes(stream.read(_MAX_BYTES).decode("utf-8"))
    except OSError as error:
        raise DaemonError("proof.unreadable", ExitCode.USAGE, file=str(file), problem=error.strerror or "?") from error
    except (IntegrityError, UnicodeDecodeError):
        raise DaemonError("proof.no_heads", ExitCode.USAGE, file=str(file)) from None
