"""Whether the keys are this store's own: another store's `keys.json` opens by its passphrase and fits nothing here."""

from pathlib import Path

from crypto.database import Database, OpenMode
from crypto.errors import CryptoError, CryptoErrorCode, VaultStateError, WrongKeyError
from crypto.head_log import HeadLog
from crypto.keys import Purpose
from crypto.vault_keys import VaultKeys

from .lost_log import opened_after_a_stop


def opened_by_own_keys(path: Path, root: VaultKeys, mode: OpenMode, *, origin: str, heads: HeadLog) -> Database:
    """`opened_after_a_stop`. `origin`: the ledger's name by the keys' store id.

    VaultStateError(KEYRING_OTHER_STORE) instead of WrongKeyError when the signed heads beside the archive are of
    another ledger than the keys.
    """
    try:
        return opened_after_a_stop(path, root.derive(Purpose.ARCHIVE), mode)
    except WrongKeyError:
        if (of_heads := _origin_of(heads)) not in (None, origin):
            detail = f"keys {_store(origin)}, archive {_store(of_heads or '')}"
            raise VaultStateError(CryptoErrorCode.KEYRING_OTHER_STORE, detail) from None
        raise


def _origin_of(heads: HeadLog) -> str | None:
    try:
        last = heads.last()
    except CryptoError:
        return None
    return None if last is None else last.origin


def _store(origin: str) -> str:
    """The beginning of the store id, for people: enough to tell two stores apart."""
    token = origin.removeprefix("shopwarden/").removesuffix("/ledger")[:8]
    return token if token.isascii() and token.isalnum() else "?"
