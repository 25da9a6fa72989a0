"""`shopwardend keys list|add-…|change-passphrase|remove|rotate`: the ways into a store's keyring.

Every action but `rotate` is safe beside a running daemon.
Slots are changed in the file as it is, under the keyring's own lock, and a daemon never keeps them in memory. A new
root would leave a running daemon with the old one, so `rotate` wants the state for itself; a running daemon makes a
new root when it is asked to (`shopwarden keys rotate`).
"""

import os
import sys
from argparse import Namespace
from collections.abc import Callable

import msgspec

from crypto.errors import CryptoErrorCode, KeyUnavailableError, VaultStateError
from crypto.keyring import Opening, SlotInfo, add_slot, list_slots, open_for_change, remove_slot
from crypto.secrets import CredentialSecret, KeyFileSecret, PassphraseSecret, create_key_file, read_credential
from crypto.slot_kinds import SlotKind, WayIn

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config import load_config
from ..credentials import made_credential
from ..errors import DaemonError
from ..key_protection import advice_on_slots
from ..paths import StatePaths, config_file, require_keyring, state_paths
from ..state_lock import StateLock
from .narration import emit, emit_text, say
from .secret_input import ask_line, named_passphrase, new_passphrase, passphrase_from_descriptor, secret_for


class SlotLine(msgspec.Struct, frozen=True, kw_only=True):
    """A way in, for `--json`."""

    slot_id: str
    kind: str | None
    name: str
    state: str
    """`sound`, `old` (renewed when its secret next opens) or `damaged`."""
    share_set: int | None
    threshold: int | None
    count: int | None


class KeysAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    items: list[SlotLine]


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    generation: int


def _list(options: Namespace, texts: Texts) -> None:
    paths = _state(options)
    tell_slots(options, texts, list_slots(paths.keyring))
    for line in advice_on_slots(texts, list_slots(paths.keyring)):
        say(line)


def _add_passphrase(options: Namespace, texts: Texts) -> None:
    _add(options, texts, lambda: chosen_passphrase(options, texts))


def _add_key_file(options: Namespace, texts: Texts) -> None:
    secret = KeyFileSecret(options.path.expanduser().absolute())

    def way() -> WayIn:
        if not secret.path.exists():
            create_key_file(secret.path)
            say(texts.get("cli.init.key_file_made", path=str(secret.path)))
        return secret

    _add(options, texts, way)


def _add_credential(options: Namespace, texts: Texts) -> None:
    if options.make is not None:
        _add(options, texts, lambda: made_credential(options.name, options.make.absolute(), with_key=options.with_key))
        say(texts.get("cli.keys.credential_made", name=options.name, file=str(options.make)))
        return
    secret = CredentialSecret(options.name)
    try:
        read_credential(secret)
    except KeyUnavailableError:
        say(texts.get("cli.keys.credential_how", name=options.name))
        raise
    _add(options, texts, lambda: secret)


def _change_passphrase(options: Namespace, texts: Texts) -> None:
    paths, opening = opened(options, texts)
    found = {slot.slot_id: slot for slot in list_slots(paths.keyring)}[opening.slot_id]
    if found.kind is not SlotKind.PASSPHRASE:
        raise DaemonError("keys.needs_passphrase", ExitCode.USAGE)
    passphrase = chosen_passphrase(options, texts)
    added = add_slot(paths.keyring, opening.keys, passphrase, instead_of=opening.slot_id)
    tell_slots(options, texts, (added,))
    say(texts.get("cli.keys.changed"))


def _remove(options: Namespace, texts: Texts) -> None:
    paths = _state(options)
    slots = {slot.slot_id: slot for slot in list_slots(paths.keyring)}
    if options.slot not in slots:
        raise VaultStateError(CryptoErrorCode.SLOT_UNKNOWN, paths.keyring.name)
    if not options.yes:
        if not sys.stdin.isatty():
            raise DaemonError("keys.not_confirmed", ExitCode.USAGE)
        if ask_line(texts.get("cli.keys.ask_remove", slot=options.slot)).strip() != options.slot:
            raise DaemonError("keys.not_confirmed", ExitCode.USAGE)
    remove_slot(paths.keyring, options.slot)
    left = list_slots(paths.keyring)
    tell_slots(options, texts, left)
    say(texts.get("cli.keys.removed"))
    for line in advice_on_slots(texts, left):
        say(line)


def _rotate(options: Namespace, texts: Texts) -> None:
    paths = _state(options)
    lock = StateLock(paths.lock)
    lock.acquire()
    try:
        _, opening = opened(options, texts)
        generation = opening.keys.rotate()
    finally:
        lock.release()
    if options.json or options.jsonl:
        emit(Rotated(generation=generation))
    say(texts.get("cli.keys.rotated", generation=generation))


def _add(options: Namespace, texts: Texts, way: Callable[[], WayIn]) -> None:
    paths, opening = opened(options, texts)
    added = add_slot(paths.keyring, opening.keys, way())
    tell_slots(options, texts, (added,))
    say(texts.get("cli.keys.added"))


def opened(options: Namespace, texts: Texts) -> tuple[StatePaths, Opening]:
    """By what the arguments, the configuration or the terminal give."""
    paths = _state(options)
    file = config_file(options.config, os.environ, paths)
    return paths, open_for_change(paths.keyring, secret_for(options, load_config(file), file, texts))


def chosen_passphrase(options: Namespace, texts: Texts) -> PassphraseSecret:
    """A new one, from `--new-passphrase-fd` or asked for twice."""
    given = options.new_passphrase_fd
    secret = new_passphrase(texts) if given is None else passphrase_from_descriptor(given)
    return named_passphrase(secret, getattr(options, "name", None), texts)


def tell_slots(options: Namespace, texts: Texts, slots: tuple[SlotInfo, ...]) -> None:
    """To stdout, as lines or JSON."""
    lines = [_line(slot) for slot in slots]
    if options.json:
        emit(KeysAnswer(items=lines))
        return
    for line in lines:
        if options.jsonl:
            emit(line)
        else:
            kind = texts.get(f"cli.keys.kind.{line.kind or 'damaged'}")
            name = line.name if line.share_set is None else f"{line.threshold}/{line.count} #{line.share_set}"
            emit_text(
                "  ".join(part for part in (line.slot_id, kind, name, texts.get(f"cli.keys.{line.state}")) if part)
            )


def _line(slot: SlotInfo) -> SlotLine:
    shares = slot.share_set
    return SlotLine(
        slot_id=slot.slot_id,
        kind=None if slot.kind is None else slot.kind.value,
        name=slot.name,
        state="damaged" if slot.is_damaged else "old" if slot.is_old else "sound",
        share_set=None if shares is None else shares.set_id,
        threshold=None if shares is None else shares.threshold,
        count=None if shares is None else shares.count,
    )


def _state(options: Namespace) -> StatePaths:
    paths = state_paths(options.state, os.environ)
    require_keyring(paths)
    return paths


SLOT_ACTIONS: dict[str, Callable[[Namespace, Texts], None]] = {
    "list": _list,
    "add-passphrase": _add_passphrase,
    "add-key-file": _add_key_file,
    "add-credential": _add_credential,
    "change-passphrase": _change_passphrase,
    "remove": _remove,
    "rotate": _rotate,
}
