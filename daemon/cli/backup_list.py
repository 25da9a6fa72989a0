"""`shopwardend backup-list DIR`: the snapshots of a medium by what is open on it, on any machine, without a key."""

from argparse import Namespace

import msgspec

from ..api.backups import SnapshotLine
from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..backup.place import open_place
from ..backup.views import snapshot_views
from .backup_support import megabytes
from .narration import emit, emit_text, say


class ListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[SnapshotLine]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; PARTIAL when a snapshot's list cannot be read."""
    lines = snapshot_views(open_place(options.folder.expanduser().absolute()).unproven_snapshots())
    if options.jsonl:
        for line in lines:
            emit(line)
    elif options.json:
        emit(ListAnswer(items=list(lines)))
    else:
        for line in lines:
            emit_text(_told(line, texts))
    say(texts.get("backup.listed_openly" if lines else "backup.none_listed"))
    return ExitCode.PARTIAL if any(line.is_damaged for line in lines) else ExitCode.OK


def _told(line: SnapshotLine, texts: Texts) -> str:
    if line.made_at is None:
        return texts.get("backup.listed_damaged", snapshot=line.snapshot)
    return texts.get(
        "backup.listed",
        snapshot=line.snapshot,
        made_at=line.made_at.isoformat(timespec="seconds"),
        size=megabytes(line.size_bytes or 0),
        entries=line.ledger_size or 0,
        schema=line.schema_version or 0,
        generation=line.keys_generation or 0,
    )
