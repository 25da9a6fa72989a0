"""What `backup`, `backup-drill` and `restore` share: progress on stderr, any way into a keyring, who does it."""

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from crypto.escrow import open_escrow
from crypto.keyring import list_slots, open_keyring
from crypto.secrets import AnySecret, PassphraseSecret, RecoverySecret
from crypto.shares import combine_shares

from ..api.texts import Texts
from ..backup.keys import OpenKeys
from ..backup.progress import Progress, Stage, Standing
from ..config import Config
from .keys_recovery import given_shares
from .narration import say
from .secret_input import ask_hidden, passphrase_from_descriptor, secret_for

_TOLD_EVERY_PERCENT = 10


def told_progress(texts: Texts) -> Progress:
    """A line for each step, and one for each tenth of it at a terminal."""
    last: list[tuple[Stage, int]] = []

    def tell(standing: Standing) -> None:
        tenth = 100 * standing.done // standing.of // _TOLD_EVERY_PERCENT if standing.of and sys.stderr.isatty() else 0
        now = (standing.stage, tenth)
        if last != [now] and standing.stage is not Stage.DONE:
            last[:] = [now]
            line = texts.get(f"backup.stage.{standing.stage.value}")
            say(f"{line} {tenth * _TOLD_EVERY_PERCENT} %" if tenth else line)

    return Progress(tell)


def opening_by(options: Namespace, config: Config, config_file: Path | None, texts: Texts) -> OpenKeys:
    """Opens a copy of the keyring with what the arguments name: a recovery share, the head office's key, or as `run`.

    Everything is asked for now; what is wrong with it shows when the keyring is opened.
    """
    if options.shares_fd is not None or options.files or options.ask_shares:
        shares = given_shares(options, texts)
        return lambda path: open_keyring(path, RecoverySecret(combine_shares(shares, sets=_sets(path))))
    if options.escrow is not None:
        passphrase = (
            passphrase_from_descriptor(options.escrow_passphrase_fd)
            if options.escrow_passphrase_fd is not None
            else PassphraseSecret.from_text(ask_hidden(texts.get("cli.keys.ask_escrow")))
        )
        return _by(lambda: open_escrow(options.escrow, passphrase))
    secret = secret_for(options, config, config_file, texts)
    return _by(lambda: secret)


def actor() -> str:
    """The user of this process, for the ledger."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid{os.geteuid()}"


def megabytes(size_bytes: int) -> str:
    """For people."""
    return f"{size_bytes / 1_000_000:.1f}"


def _by(secret: Callable[[], AnySecret]) -> OpenKeys:
    return lambda path: open_keyring(path, secret())


def _sets(path: Path) -> frozenset[int]:
    return frozenset(slot.share_set.set_id for slot in list_slots(path) if slot.share_set is not None)
