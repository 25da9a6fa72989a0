"""What backups take of a store's keys, and the keys in a copy of the keyring file."""

from collections.abc import Callable
from pathlib import Path

from crypto.backup_keys import BackupKeys
from crypto.data_keys import WrappedKey
from crypto.errors import CryptoErrorCode, VaultStateError, WrongKeyError
from crypto.keyring_file import load_keyring
from crypto.keys import Purpose, RootKey
from crypto.vault_keys import VaultKeys

OpenKeys = Callable[[Path], VaultKeys]
"""Opens a keyring file; raises what `crypto.keyring.open_keyring` raises."""


def backup_keys_of(keys: VaultKeys) -> BackupKeys:
    """Of an open store."""
    return BackupKeys(keys.derive(Purpose.BACKUP), keys.derive(Purpose.LEDGER_SEED), store_id=keys.store_id)


def with_open_root(keys: VaultKeys) -> OpenKeys:
    """Opens a copy of this store's keyring by the root that is in memory, without anybody's secret.

    WrongKeyError when the copy is of another store or of a root before the last rotation.
    """

    def opened(path: Path) -> VaultKeys:
        file = load_keyring(path)
        if (file.store_id, file.generation) != (keys.store_id, keys.generation):
            raise WrongKeyError(CryptoErrorCode.WRONG_KEY, path.name)
        return VaultKeys(keys.root, _CopiedKeys(path))

    return opened


class _CopiedKeys:
    """For `VaultKeys`: reads a copy, and never changes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def generation(self) -> int:
        """See `KeyList`."""
        return load_keyring(self._path).generation

    @property
    def next_key_no(self) -> int:
        """See `KeyList`."""
        return load_keyring(self._path).next_key_no

    def load(self) -> tuple[WrappedKey, ...]:
        """See `KeyList`."""
        return load_keyring(self._path).keys

    def change(self, change: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """A copy gets no key: VaultStateError(FILE_UNREADABLE)."""
        raise VaultStateError(CryptoErrorCode.FILE_UNREADABLE, self._path.name)

    def rotate(self, new: RootKey, rewrap: Callable[[tuple[WrappedKey, ...], int], tuple[WrappedKey, ...]]) -> None:
        """As `change`."""
        raise VaultStateError(CryptoErrorCode.FILE_UNREADABLE, self._path.name)
