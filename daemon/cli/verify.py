"""`shopwardend verify`: checks archive and ledger without a daemon, also of a copied state. Writes nothing."""

import asyncio
import os
from argparse import Namespace

import msgspec

from adb_bridge.clock import SystemClock
from crypto.database import OpenMode
from crypto.errors import CryptoErrorCode, IntegrityError
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..api.verify_words import advice_for
from ..api.wire import VerifyReport
from ..archive.archive import Archive
from ..archive.verify import UNREADABLE
from ..config import load_config
from ..media_shelves import WeekShelves
from ..media_store import MediaStore
from ..paths import config_file, require_keyring, state_paths
from ..proofs.whole_check import Extra, verify_whole
from ..views import verify_view
from .narration import emit, emit_text, say
from .secret_input import secret_for


class VerifyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[VerifyReport]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK, or INTEGRITY with the first damaged record. Without the key: exit 10."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    require_keyring(paths)
    root = open_keyring(paths.keyring, secret_for(options, config, file, texts))

    media = MediaStore(paths.media, WeekShelves(root), clock=SystemClock())

    async def check() -> VerifyReport:
        try:
            archive = Archive.open(
                paths.archive, root, clock=SystemClock(), heads=HeadLog(paths.heads), mode=OpenMode.READ_ONLY
            )
        except IntegrityError as error:
            if error.code is not CryptoErrorCode.DATABASE_DAMAGED:
                raise
            return verify_view(UNREADABLE, texts)
        try:
            return verify_view(await verify_whole(archive, media, options.since, _extra(options)), texts)
        finally:
            await archive.close()

    try:
        report = asyncio.run(check())
    finally:
        media.close()
    if options.jsonl:
        emit(report)
    elif options.json:
        emit(VerifyAnswer(items=[report]))
    else:
        emit_text(report.text)
        say(f"{report.ledger_size} {report.root_sha256}")
    if report.problem is not None and (advice := advice_for(texts, report.problem, report.first_bad)):
        say(f"{texts.get('cli.hint')} {advice}")
    return ExitCode.OK if report.ok else ExitCode.INTEGRITY


def _extra(options: Namespace) -> Extra:
    media = Extra.MEDIA if options.media else Extra.NOTHING
    return media | (Extra.INDEX if options.index else Extra.NOTHING)
