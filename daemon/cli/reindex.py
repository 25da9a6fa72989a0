"""`shopwardend reindex`: makes anew what follows from the records, and takes what is kept beside them as it is now.

The full-text index and the counters are caches. A table that is not as the archive left it, which `verify` tells, is
taken as it is, and the audit trail says so.
"""

import asyncio
from argparse import Namespace

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.keys import Purpose
from crypto.vault_keys import VaultKeys

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import Archive, tokens_of
from ..archive.content import ContentKeys
from ..archive.drafts import AuditDraft
from ..archive.index_check import reindex
from ..archive.schema import require_current
from ..archive.table_check import take_as_they_are
from ..audit import DAEMON_ACTOR, NO_ROLE
from ..paths import StatePaths
from .narration import say
from .stopped import stopped_vault


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; USAGE while a daemon runs."""
    with stopped_vault(options, texts) as vault:
        paths, keys = vault.paths, vault.keys
        with open_database(paths.archive, keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
            require_current(database)
            count = reindex(database, ContentKeys(keys), tokens_of(keys))
            taken = take_as_they_are(database, tokens_of(keys).of_table_sums(), HeadLog(paths.heads))
        if taken:
            asyncio.run(_note(paths, keys, taken))
    say(texts.get("cli.reindex.done", count=count))
    for name in taken:
        say(texts.get("cli.reindex.taken", what=texts.get(f"verify.table.{name}")))
    return ExitCode.OK


async def _note(paths: StatePaths, keys: VaultKeys, taken: tuple[str, ...]) -> None:
    archive = Archive.open(
        paths.archive, keys, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE
    )
    try:
        await archive.audit(
            AuditDraft(
                actor=DAEMON_ACTOR,
                role=NO_ROLE,
                action="tables.take",
                target=",".join(taken),
                reason=None,
                outcome="ok",
            )
        )
    finally:
        await archive.close()
