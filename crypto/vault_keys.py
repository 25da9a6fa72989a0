"""The keys of one store while it is open: standing keys, data keys by class and period, and their destruction."""

import secrets as randomness
import threading
from collections.abc import Callable, Iterable
from typing import Final, NoReturn, Protocol

from .data_keys import DataKey, DataKeyInfo, WrappedKey, standing_label, unwrap_key, wrap_key
from .errors import CryptoError, CryptoErrorCode, IntegrityError
from .keys import KEY_BYTES, Purpose, RootKey, SecretKey, StoreId

_FIRST_GENERATION: Final = 1


class KeySource(Protocol):
    """What gives standing keys."""

    def derive(self, purpose: Purpose) -> SecretKey:
        """The 32-byte key for one purpose; the same as long as the store lives."""


class KeyList(Protocol):
    """Where wrapped keys are kept: the keyring file."""

    @property
    def generation(self) -> int:
        """Of the root that the list is under."""

    @property
    def next_key_no(self) -> int:
        """Above every key that was ever in the list, as it was read or written last."""

    def load(self) -> tuple[WrappedKey, ...]:
        """All of them, as they are on the disk now."""

    def change(self, change: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """Replace the list by what `change(list, next key number)` returns, whole and durable; one at a time."""

    def rotate(self, new: RootKey, rewrap: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """As `change`, and in the same replacement seal `new` to every way in; from then on `new` is the root."""


class VaultKeys:
    """Thread-safe; one per process. A key that `by_no` gives may be destroyed by another process: `reload`."""

    def __init__(self, root: RootKey, keys: KeyList) -> None:
        """Made by `keyring.open_keyring`. Writes nothing."""
        self._root = root
        self._list = keys
        self._lock = threading.Lock()
        self._by_no: dict[int, DataKey] = {}
        self._by_name: dict[tuple[str, str], DataKey] = {}
        self._damaged: tuple[WrappedKey, ...] = ()
        self._retired: frozenset[int] = frozenset()
        self._take(keys.load())

    @property
    def store_id(self) -> StoreId:
        """Public."""
        return self._root.store_id

    @property
    def generation(self) -> int:
        """Of the root: counts its rotations from 1."""
        return self._root.generation

    @property
    def next_key_no(self) -> int:
        """Above every data key that was ever made, destroyed ones too."""
        return self._list.next_key_no

    @property
    def root(self) -> RootKey:
        """For `keyring` alone: slots and rotation."""
        return self._root

    def derive(self, purpose: Purpose) -> SecretKey:
        """The standing key for one purpose. A purpose that the file does not know yet is made when it is asked for.

        IntegrityError(KEYRING_DAMAGED) when its entry is damaged.
        """
        label = standing_label(purpose.value)
        found = self._by_name.get((label, ""))
        if found is not None:
            return found.secret
        if self._root.generation == _FIRST_GENERATION:
            return self._root.derive(purpose)
        if any(damaged.label == label for damaged in self._damaged):
            raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, label)
        return self.period_key(label, "").secret

    def period_key(self, label: str, period: str) -> DataKey:
        """The key of a class of data in a period, made if there is none but retired ones; durable when this returns.

        Raises IntegrityError(KEYRING_DAMAGED) when it is there and damaged, DiskFullError, StorageError.
        """
        found = self._by_name.get((label, period))
        if found is not None:
            return found
        with self._lock:
            self._list.change(lambda present, next_no: self._with(present, next_no, label, period))
            self._take(self._list.load())
        made = self._by_name.get((label, period))
        if made is None:
            raise IntegrityError(CryptoErrorCode.KEYRING_DAMAGED, f"{label} {period}")
        return made

    def by_no(self, key_no: int) -> DataKey | None:
        """None: destroyed, damaged, or never ours."""
        return self._by_no.get(key_no)

    def list(self) -> tuple[DataKeyInfo, ...]:
        """Every key of the file, by number."""
        sound = [_info(key, is_damaged=False) for key in self._by_no.values()]
        return tuple(
            sorted((*sound, *(_info(key, is_damaged=True) for key in self._damaged)), key=lambda key: key.key_no)
        )

    def retire(self, key_nos: Iterable[int]) -> None:
        """From now on `period_key` does not give these keys, which are to be destroyed; until then they open.

        A clock that goes back asks for the key of a period that is over: it gets a new one. Forgotten when the process
        ends; then the newest key of a period is given.
        """
        with self._lock:
            self._retired |= frozenset(key_nos)
            self._by_name = self._given(self._by_no.values())

    def is_retired(self, key_no: int) -> bool:
        """Whether nothing more may be sealed under this key."""
        return key_no in self._retired

    def destroy(self, key_nos: Iterable[int]) -> None:
        """Forget these keys: the file is written without them. Numbers that are not there do not matter.

        What they sealed is unreadable from now on, also in copies of the data that are made or kept elsewhere; copies
        of the keyring file itself are not reached. DiskFullError, StorageError.
        """
        doomed = frozenset(key_nos)
        with self._lock:
            self._list.change(lambda present, _: tuple(key for key in present if key.key_no not in doomed))
            self._take(self._list.load())
            self._retired -= doomed

    def reload(self) -> None:
        """Read the file again: another process may have added or destroyed keys."""
        with self._lock:
            self._take(self._list.load())

    def rotate(self) -> int:
        """A new random root, of the next generation, which is returned; every key is wrapped anew, every way in stays.

        One replacement of the file: after a crash it is the old one or the new one, whole. Who kept an old copy of the
        file and a secret has the keys that were in it, and none that is made from now on. A damaged data key stays
        listed as damaged. Raises VaultStateError(SLOT_OLD, KEYRING_CHANGED, KEYRING_STALE), IntegrityError(SLOT_FORGED)
        for a slot whose proof does not fit, DiskFullError, StorageError: then nothing was changed.
        """
        with self._lock:
            old = self._root
            new = RootKey(randomness.token_bytes(KEY_BYTES), store_id=old.store_id, generation=old.generation + 1)

            def rewrapped(present: tuple[WrappedKey, ...], next_no: int) -> tuple[WrappedKey, ...]:
                opened = ((one, self._opened(one)) for one in self._standing(present, next_no))
                return tuple(one if key is None else wrap_key(new, key) for one, key in opened)

            try:
                self._list.rotate(new, rewrapped)
            except CryptoError:
                if self._list.generation == new.generation:  # trouble came after the replacement
                    self._root = new
                raise
            self._root = new
            self._take(self._list.load())
            return new.generation

    def _with(self, present: tuple[WrappedKey, ...], next_no: int, label: str, period: str) -> tuple[WrappedKey, ...]:
        """The list with one more key, and with the standing keys when they are not written yet."""
        keys = self._standing(present, next_no)
        if any((key.label, key.period) == (label, period) and not self.is_retired(key.key_no) for key in keys):
            return keys
        key_no = max((next_no, *(key.key_no + 1 for key in keys)))
        secret = SecretKey(randomness.token_bytes(KEY_BYTES))
        return (*keys, wrap_key(self._root, DataKey(key_no=key_no, label=label, period=period, secret=secret)))

    def _standing(self, present: tuple[WrappedKey, ...], next_no: int) -> tuple[WrappedKey, ...]:
        """The list with every standing key that the first root gives and that is not written yet."""
        if self._root.generation != _FIRST_GENERATION:
            return present
        labels = {key.label for key in present}
        missing = [purpose for purpose in Purpose if standing_label(purpose.value) not in labels]
        return (
            *present,
            *(
                wrap_key(
                    self._root,
                    DataKey(
                        key_no=next_no + number,
                        label=standing_label(purpose.value),
                        period="",
                        secret=self._root.derive(purpose),
                    ),
                )
                for number, purpose in enumerate(missing)
            ),
        )

    def _opened(self, wrapped: WrappedKey) -> DataKey | None:
        """A damaged standing key of the first generation is made again: the root gives it."""
        key = unwrap_key(self._root, wrapped)
        if key is not None or self._root.generation != _FIRST_GENERATION:
            return key
        for purpose in Purpose:
            if (wrapped.label, wrapped.period) == (standing_label(purpose.value), ""):
                secret = self._root.derive(purpose)
                return DataKey(key_no=wrapped.key_no, label=wrapped.label, period="", secret=secret)
        return None

    def _take(self, wrapped: tuple[WrappedKey, ...]) -> None:
        opened = [(one, self._opened(one)) for one in wrapped]
        sound = [key for _, key in opened if key is not None]
        self._by_no = {key.key_no: key for key in sound}
        self._by_name = self._given(sound)
        self._damaged = tuple(one for one, key in opened if key is None)

    def _given(self, keys: Iterable[DataKey]) -> dict[tuple[str, str], DataKey]:
        """The newest of each name that is not retired."""
        given = (key for key in sorted(keys, key=lambda key: key.key_no) if not self.is_retired(key.key_no))
        return {(key.label, key.period): key for key in given}

    def __repr__(self) -> str:
        return f"VaultKeys(store_id={self.store_id!r}, generation={self.generation})"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("keys are not pickled or copied")


def _info(key: DataKey | WrappedKey, *, is_damaged: bool) -> DataKeyInfo:
    return DataKeyInfo(key_no=key.key_no, label=key.label, period=key.period, is_damaged=is_damaged)
