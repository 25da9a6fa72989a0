"""The head office's witness: one key and, for each shop, the last head it signed under. A folder, no daemon.

    witness.json   {"format", "version", "name", "seed", "ledgers": {origin: {"public_key", "note"}}}, mode 0600

What a witness signed is on the disk before the signature leaves, so that it can never sign two histories, not even
across a crash. A witness whose folder is lost or put back from a copy is replaced by one with another name and key.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from crypto.atomic_file import create_file, read_file, replace_file
from crypto.checkpoints import SignedHead, read_head
from crypto.cosignatures import CosignKey
from crypto.errors import CryptoErrorCode, IntegrityError, VaultStateError
from crypto.notes import LEDGER_KEY, from_base64, read_verifier, to_base64
from crypto.witnessing import WitnessRequest, continues, with_signature

from ..api.exit_codes import ExitCode
from ..errors import DaemonError

STATE_NAME: Final = "witness.json"
_LOCK_NAME: Final = "witness.lock"
_FORMAT: Final = "shopwarden-witness"
_VERSION: Final = 1
_MAX_BYTES: Final = 16 * 1024 * 1024
_SEED_BYTES: Final = 32


class _Ledger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    public_key: str
    note: str | None


class _State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    version: int
    name: str
    seed: str
    ledgers: dict[str, _Ledger]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLedger:
    """A shop's ledger as the witness knows it."""

    origin: str
    public_key: str
    last: SignedHead | None
    """None before its first request."""


class Cosigner:
    """A witness in a folder. Every method reads the folder anew; those that change it hold its lock."""

    def __init__(self, directory: Path) -> None:
        """Touches nothing yet."""
        self._directory = directory
        self._path = directory / STATE_NAME

    def create(self, name: str) -> str:
        """Make the folder (0700) and a new key; returns the public key. ValueError when `name` is no key name.

        VaultStateError(FILE_EXISTS) when there is a witness already.
        """
        seed = secrets.token_bytes(_SEED_BYTES)
        key = CosignKey.from_seed(seed, name)
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = _State(format=_FORMAT, version=_VERSION, name=name, seed=to_base64(seed), ledgers={})
        create_file(self._path, _encoded(state))
        return key.public_key

    @property
    def public_key(self) -> str:
        """What shops put into their configuration."""
        return _key_of(self._load()).public_key

    def known(self) -> tuple[KnownLedger, ...]:
        """By name."""
        return tuple(
            KnownLedger(origin=origin, public_key=one.public_key, last=_last_of(one))
            for origin, one in sorted(self._load().ledgers.items())
        )

    def trust(self, public_key: str) -> str:
        """Follow the ledger of this key from now on; returns its name. ValueError when it is no ledger's key.

        DaemonError(`witness.other_key`) when another key is known for that ledger: a key changes only by hand.
        """
        origin = public_key.partition("+")[0]
        read_verifier(public_key, LEDGER_KEY)
        with self._locked():
            state = self._load()
            known = state.ledgers.get(origin)
            if known is not None and known.public_key != public_key:
                raise DaemonError("witness.other_key", ExitCode.INTEGRITY, ledger=origin)
            if known is None:
                ledgers = {**state.ledgers, origin: _Ledger(public_key=public_key, note=None)}
                replace_file(self._path, _encoded(msgspec.structs.replace(state, ledgers=ledgers)))
        return origin

    def cosign(self, request: WitnessRequest, at: datetime) -> SignedHead:
        """The head with our signature under it, when it continues what we saw.

        Raises what `continues` raises; DaemonError(`witness.unknown_ledger`).
        """
        with self._locked():
            state = self._load()
            known = state.ledgers.get(request.signed.origin)
            if known is None:
                raise DaemonError("witness.unknown_ledger", ExitCode.NOT_PERMITTED, ledger=request.signed.origin)
            last = _last_of(known)
            continues(request, None if last is None else last.head, known.public_key)
            key = _key_of(state)
            cosigned = with_signature(request.signed, key.cosign(request.signed.note, at))
            ledgers = {**state.ledgers, cosigned.origin: msgspec.structs.replace(known, note=cosigned.note)}
            replace_file(self._path, _encoded(msgspec.structs.replace(state, ledgers=ledgers)))
        return cosigned

    def last(self, origin: str) -> SignedHead | None:
        """What was signed last for a ledger; a shop that lost it begins its next request there."""
        known = self._load().ledgers.get(origin)
        return None if known is None else _last_of(known)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _load(self) -> _State:
        try:
            content = read_file(self._path, max_bytes=_MAX_BYTES)
        except FileNotFoundError:
            raise DaemonError("witness.missing", ExitCode.NOT_FOUND, state=str(self._directory)) from None
        try:
            state = msgspec.json.decode(content, type=_State)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise IntegrityError(CryptoErrorCode.HEAD_LOG_DAMAGED, STATE_NAME) from None
        if state.format != _FORMAT or len(from_base64(state.seed)) != _SEED_BYTES:
            raise IntegrityError(CryptoErrorCode.HEAD_LOG_DAMAGED, STATE_NAME)
        if state.version != _VERSION:
            raise VaultStateError(CryptoErrorCode.KEYRING_NEWER, STATE_NAME)
        return state


def _last_of(known: _Ledger) -> SignedHead | None:
    return None if known.note is None else read_head(known.note)


def _key_of(state: _State) -> CosignKey:
    return CosignKey.from_seed(from_base64(state.seed), state.name)


def _encoded(state: _State) -> bytes:
    return msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"
