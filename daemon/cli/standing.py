"""What a start tells at once of an archive that is not the one it was: it serves all the same."""

import contextlib

from crypto.errors import CryptoError

from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.errors import ArchiveError
from ..logs import log_for
from .narration import say


async def tell_standing(archive: Archive, texts: Texts) -> None:
    """On stderr and in the log; nothing when the ledger continues all heads that it was compared with."""
    log = log_for("start")
    if archive.head_finding is not None:
        log.error("archive.rolled_back", code=archive.head_finding, ledger_size=archive.ledger_size)
        say(texts.get("cli.run.rolled_back", size=archive.ledger_size))
        say(f"{texts.get('cli.hint')} {texts.get('health.advice.rolled_back')}")
    with contextlib.suppress(ArchiveError, CryptoError):
        if await archive.are_heads_missing():
            log.error("archive.heads_missing", ledger_size=archive.ledger_size)
            say(texts.get("cli.run.heads_missing"))
            say(f"{texts.get('cli.hint')} {texts.get('health.advice.heads_missing')}")
    alarm = None
    with contextlib.suppress(ArchiveError, CryptoError):  # what cannot be read is told by who looks after the archive
        alarm = await archive.witnesses.alarm()
    if alarm is not None:
        log.error("archive.witness_contradicts", state=alarm.outcome.value, ledger_size=archive.ledger_size)
        say(texts.get(f"heads.standing.{alarm.outcome.value}", size=alarm.size))
        say(f"{texts.get('cli.hint')} {texts.get('health.advice.witness_alarm')}")
