"""`shopwardend keys make-escrow|add-escrow|open-escrow`: the head office as a way in."""

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec

from crypto.escrow import EscrowRecipient, make_escrow, open_escrow, read_escrow_public
from crypto.keyring import add_slot
from crypto.secrets import PassphraseSecret

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import DaemonError
from ..paths import require_keyring, state_paths
from .keys_recovery import recover_with
from .keys_slots import chosen_passphrase, opened, tell_slots
from .narration import emit, emit_text, say
from .secret_input import ask_hidden, ask_line, passphrase_from_descriptor


class EscrowAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    private: str
    public: str
    name: str
    fingerprint: str


def _make(options: Namespace, texts: Texts) -> None:
    private: Path = options.file.expanduser().absolute()
    public = private.with_name(private.name + ".pub")
    try:
        made = make_escrow(private, public, chosen_passphrase(options, texts), name=options.name)
    except ValueError:
        raise DaemonError("keys.escrow_name", ExitCode.USAGE) from None
    if options.json or options.jsonl:
        emit(EscrowAnswer(private=str(private), public=str(public), name=made.name, fingerprint=made.fingerprint))
    else:
        emit_text(made.fingerprint)
    say(texts.get("cli.keys.escrow_made", private=str(private), public=str(public)))


def _add(options: Namespace, texts: Texts) -> None:
    escrow = read_escrow_public(options.public)
    say(texts.get("cli.keys.escrow_fingerprint", name=escrow.name, fingerprint=escrow.fingerprint))
    _confirm(options, texts, escrow)
    paths, opening = opened(options, texts)
    tell_slots(options, texts, (add_slot(paths.keyring, opening.keys, escrow),))
    say(texts.get("cli.keys.added"))


def _confirm(options: Namespace, texts: Texts, escrow: EscrowRecipient) -> None:
    """The fingerprint comes by another way than the file: from an argument, or typed by who has it on the telephone."""
    told = options.fingerprint
    if told is None:
        if not sys.stdin.isatty():
            raise DaemonError("keys.fingerprint_needed", ExitCode.USAGE)
        told = ask_line(texts.get("cli.keys.ask_fingerprint"))
    if re.sub(r"[\s:-]", "", told).lower() != escrow.fingerprint.replace(" ", ""):
        raise DaemonError("keys.fingerprint_differs", ExitCode.VAULT)


def _open(options: Namespace, texts: Texts) -> None:
    paths = state_paths(options.state, os.environ)
    require_keyring(paths)
    if options.escrow_passphrase_fd is not None:
        passphrase = passphrase_from_descriptor(options.escrow_passphrase_fd)
    else:
        passphrase = PassphraseSecret.from_text(ask_hidden(texts.get("cli.keys.ask_escrow")))
    recover_with(paths, options, texts, open_escrow(options.private, passphrase))


ESCROW_ACTIONS: dict[str, Callable[[Namespace, Texts], None]] = {
    "make-escrow": _make,
    "add-escrow": _add,
    "open-escrow": _open,
}
