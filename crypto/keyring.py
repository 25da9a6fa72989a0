"""The keyring: one random root key, sealed once to each way in, and the data keys under it.

Losing this file loses the archive, whatever passphrase is known: back it up apart from the data. Removing a slot does
not take the keys away from somebody who kept an old copy of the file and its secret; `VaultKeys.rotate` makes every
key that comes later unreachable for them.

Changes of slots are safe beside a running daemon: each is made to the file as it is, under a lock. A new root is made
by the process that holds the keys, so the daemon itself, or another while no daemon runs.
"""

import contextlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from .data_keys import WrappedKey
from .errors import CryptoError, CryptoErrorCode, DiskFullError, IntegrityError, VaultStateError, WrongKeyError
from .keyring_file import MAX_SLOTS, KeyringFile, changing, load_keyring, new_keyring, save_keyring
from .keys import KEY_BYTES, RootKey, StoreId
from .old_slots import OldSlot
from .passphrases import Argon2Cost
from .secrets import AnySecret, Secret
from .shares import ShareSet
from .slot_kinds import FORMAT, SlotKind, WayIn
from .slots import AnySlot, Slot, encode_slot, new_slot, open_slot, reseal
from .vault_keys import VaultKeys

_DEFAULT_COST: Final = Argon2Cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotInfo:
    """A slot as people may see it. A damaged one has no kind, and `#` and its place, from 1, as its id."""

    slot_id: str
    kind: SlotKind | None
    is_damaged: bool
    name: str = ""
    """A credential's or the head office's name, a key file's name, what a passphrase was called; empty otherwise."""
    share_set: ShareSet | None = None
    is_old: bool = False
    """Of format 1: no new root can be sealed to it until its secret has opened it once for a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """An open keyring, and by which slot."""

    keys: VaultKeys
    slot_id: str


class _KeyFile:
    """The wrapped keys in a keyring file, for `VaultKeys`."""

    def __init__(self, path: Path, root: RootKey) -> None:
        self._path = path
        self._root = root
        self._next_key_no = 1

    @property
    def generation(self) -> int:
        """See `KeyList`."""
        return self._root.generation

    @property
    def next_key_no(self) -> int:
        """See `KeyList`."""
        return self._next_key_no

    def load(self) -> tuple[WrappedKey, ...]:
        """See `KeyList`."""
        return self._file().keys

    def change(self, change: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """See `KeyList`."""
        with changing(self._path):
            file = self._file()
            keys = change(file.keys, file.next_key_no)
            next_no = max((file.next_key_no, *(key.key_no + 1 for key in keys)))
            save_keyring(self._path, msgspec.structs.replace(file, keys=keys, next_key_no=next_no))
            self._next_key_no = next_no

    def rotate(self, new: RootKey, rewrap: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """See `KeyList`."""
        with changing(self._path):
            file = self._file()
            slots = tuple(
                raw if slot is None else encode_slot(self._resealed(slot, new))
                for raw, slot in zip(file.slots, file.decoded(), strict=True)
            )
            keys = rewrap(file.keys, file.next_key_no)
            next_no = max((file.next_key_no, *(key.key_no + 1 for key in keys)))
            rotated = msgspec.structs.replace(
                file, generation=new.generation, slots=slots, keys=keys, next_key_no=next_no
            )
            try:
                save_keyring(self._path, rotated)
            except CryptoError:
                # Trouble may come after the replacement: the file says which root counts.
                if load_keyring(self._path).generation == new.generation:
                    self._root = new
                raise
            self._root = new

    def _resealed(self, slot: AnySlot, new: RootKey) -> Slot:
        if isinstance(slot, OldSlot):
            raise VaultStateError(CryptoErrorCode.SLOT_OLD, slot.slot_id)
        made = reseal(slot, self._root, new)
        if made is None:
            raise IntegrityError(CryptoErrorCode.SLOT_FORGED, slot.slot_id)
        return made

    def _file(self) -> KeyringFile:
        file = load_keyring(self._path)
        _require_same(file, self._root, self._path)
        if file.next_key_no < self._next_key_no:
            raise VaultStateError(CryptoErrorCode.KEYRING_STALE, f"{self._path.name} lacks keys that were in it")
        self._next_key_no = file.next_key_no
        return file


def create_keyring(path: Path, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> VaultKeys:
    """Make a new root key and write its keyring to `path`, mode 0600, whole and durable, or not at all.

    Raises VaultStateError(KEYRING_EXISTS, FILE_IS_LINK), KeyUnavailableError, DiskFullError, StorageError.
    """
    if path.exists() or path.is_symlink():
        code = CryptoErrorCode.FILE_IS_LINK if path.is_symlink() else CryptoErrorCode.KEYRING_EXISTS
        raise VaultStateError(code, path.name)
    store_id = StoreId(randomness.token_hex(16))
    root = RootKey(randomness.token_bytes(KEY_BYTES), store_id=store_id, generation=1)
    return write_keyring(path, root, secret, cost=cost)


def write_keyring(path: Path, root: RootKey, secret: Secret, *, cost: Argon2Cost = _DEFAULT_COST) -> VaultKeys:
    """A keyring of one slot for a root key that is there. Raises as `create_keyring`."""
    slot = new_slot(root, secret, cost=cost)
    file = KeyringFile(
        format=FORMAT,
        version=2,
        store_id=root.store_id,
        generation=root.generation,
        checksum="",
        slots=(encode_slot(slot),),
    )
    new_keyring(path, file)
    return VaultKeys(root, _KeyFile(path, root))


def open_keyring(path: Path, secret: AnySecret) -> VaultKeys:
    """The store's keys, by the first slot that `secret` opens; one damaged slot does not lock the others.

    Raises WrongKeyError, KeyUnavailableError (also KEYRING_MISSING), IntegrityError(KEYRING_DAMAGED, SLOT_FORGED) when
    nothing opens and the file is damaged, VaultStateError(KEYRING_NEWER, FILE_IS_LINK). Memory and time are bounded
    whatever the file says: at most 8 slots, each 1 GiB and some seconds. An intended slot takes about half a second:
    call it in a thread. Writes nothing.
    """
    root, _ = _open(load_keyring(path), secret, path)
    return VaultKeys(root, _KeyFile(path, root))


def open_for_change(path: Path, secret: AnySecret) -> Opening:
    """As `open_keyring`; a slot of format 1 that opens becomes one of today, unless the disk is full."""
    root, slot = _open(load_keyring(path), secret, path)

    def renewed(file: KeyringFile) -> KeyringFile:
        _require_same(file, root, path)
        slots = tuple(
            encode_slot(slot) if isinstance(old, OldSlot) and old.slot_id == slot.slot_id else raw
            for raw, old in zip(file.slots, file.decoded(), strict=True)
        )
        return msgspec.structs.replace(file, slots=slots)

    if any(isinstance(one, OldSlot) and one.slot_id == slot.slot_id for one in load_keyring(path).decoded()):
        with contextlib.suppress(
            DiskFullError
        ):  # a full archive can be read all the same; the next opening tries again
            _change(path, renewed)
    return Opening(keys=VaultKeys(root, _KeyFile(path, root)), slot_id=slot.slot_id)


def add_slot(
    path: Path, keys: VaultKeys, way: WayIn, *, cost: Argon2Cost = _DEFAULT_COST, instead_of: str | None = None
) -> SlotInfo:
    """Let `way` open the keyring too; or, in the same change, instead of the slot with that id.

    Raises VaultStateError: KEYRING_OTHER_STORE, or KEYRING_CHANGED when another process made a new root meanwhile,
    KEYRING_FULL at 8 slots, SLOT_UNKNOWN; and what `open_keyring` and `create_keyring` raise for files. Then the old
    file is still whole.
    """
    root = keys.root
    slot = new_slot(root, way, cost=cost)  # before the lock: it may take half a second

    def added(file: KeyringFile) -> KeyringFile:
        _require_same(file, root, path)
        kept = file.slots if instead_of is None else _without(file, instead_of, path)
        if len(kept) >= MAX_SLOTS:
            raise VaultStateError(CryptoErrorCode.KEYRING_FULL, f"{MAX_SLOTS} slots")
        return msgspec.structs.replace(file, slots=(*kept, encode_slot(slot)))

    _change(path, added)
    return _info(slot, 0)


def remove_slot(path: Path, slot_id: str) -> None:
    """Take a slot away. VaultStateError(SLOT_UNKNOWN, SLOT_LAST): the last sound slot stays."""

    def removed(file: KeyringFile) -> KeyringFile:
        kept = msgspec.structs.replace(file, slots=_without(file, slot_id, path))
        if all(slot is None for slot in kept.decoded()):
            raise VaultStateError(CryptoErrorCode.SLOT_LAST, path.name)
        return kept

    _change(path, removed)


def list_slots(path: Path) -> tuple[SlotInfo, ...]:
    """Every slot, in the order they are tried; needs no secret. Raises as `open_keyring` for files."""
    return tuple(_info(slot, place) for place, slot in enumerate(load_keyring(path).decoded(), start=1))


def _change(path: Path, change: Callable[[KeyringFile], KeyringFile]) -> None:
    with changing(path):
        save_keyring(path, change(load_keyring(path)))


def _open(file: KeyringFile, secret: AnySecret, path: Path) -> tuple[RootKey, Slot]:
    store_id = StoreId(file.store_id)
    slots = file.decoded()
    trouble: CryptoError | None = None
    for slot in slots:
        if slot is None:
            continue
        try:
            opened = open_slot(slot, secret, store_id=store_id, generation=file.generation)
        except IntegrityError as error:
            trouble = error
            continue
        if opened is not None:
            return opened
    if trouble is None and None in slots:
        detail = f"slot {slots.index(None) + 1} of {path.name}"
        trouble = IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, detail)
    raise trouble or WrongKeyError(CryptoErrorCode.WRONG_KEY, f"opens no slot of {path.name}")


def _require_same(file: KeyringFile, root: RootKey, path: Path) -> None:
    if file.store_id != root.store_id:
        raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, path.name)
    if file.generation < root.generation:
        detail = f"{path.name} is of generation {file.generation}, the keys are of {root.generation}"
        raise VaultStateError(CryptoErrorCode.KEYRING_STALE, detail)
    if file.generation > root.generation:
        raise VaultStateError(CryptoErrorCode.KEYRING_CHANGED, f"generation {file.generation} of {path.name}")


def _without(file: KeyringFile, slot_id: str, path: Path) -> tuple[msgspec.Raw, ...]:
    ids = [_info(slot, place).slot_id for place, slot in enumerate(file.decoded(), start=1)]
    if slot_id not in ids:
        raise VaultStateError(CryptoErrorCode.SLOT_UNKNOWN, path.name)
    return tuple(raw for raw, one in zip(file.slots, ids, strict=True) if one != slot_id)


def _info(slot: AnySlot | None, place: int) -> SlotInfo:
    if slot is None:
        return SlotInfo(slot_id=f"#{place}", kind=None, is_damaged=True)
    if isinstance(slot, OldSlot):
        return SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False, is_old=True)
    return SlotInfo(slot_id=slot.slot_id, kind=slot.kind, is_damaged=False, name=slot.name, share_set=slot.share_set)
