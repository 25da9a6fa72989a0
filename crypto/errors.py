"""Every way keys, the encrypted database and the ledger fail. `code` is stable; texts for people are found by it."""

from enum import StrEnum


class CryptoErrorCode(StrEnum):
    """Stable names. The part before the dot says whose trouble it is."""

    WRONG_KEY = "key.wrong"
    KEY_MISSING = "key.missing"
    KEY_DIRECTORY_MISSING = "key.directory_missing"
    KEY_FILE_MODE = "key.file_mode"
    KEY_FILE_OWNER = "key.file_owner"
    KEY_FORMAT = "key.format"
    KEY_UNREADABLE = "key.unreadable"
    KEY_MEMORY = "key.memory"
    PASSPHRASE_UNUSABLE = "key.passphrase_unusable"  # noqa: S105
    CREDENTIALS_DIRECTORY_UNSET = "key.credentials_directory_unset"

    KEYRING_MISSING = "keyring.missing"
    KEYRING_EXISTS = "keyring.exists"
    KEYRING_DAMAGED = "keyring.damaged"
    KEYRING_NEWER = "keyring.newer"
    KEYRING_FULL = "keyring.full"
    KEYRING_OTHER_STORE = "keyring.other_store"
    SLOT_UNKNOWN = "keyring.slot_unknown"
    SLOT_LAST = "keyring.slot_last"
    SLOT_FORGED = "keyring.slot_forged"
    SLOT_OLD = "keyring.slot_old"
    KEYRING_STALE = "keyring.stale"
    KEYRING_CHANGED = "keyring.changed"

    SHARE_WORD = "share.word"
    SHARE_DAMAGED = "share.damaged"
    SHARE_FOREIGN = "share.foreign"
    SHARE_TWICE = "share.twice"
    SHARES_TOO_FEW = "share.too_few"
    SHARES_OTHER_SET = "share.other_set"
    SHARES_DISAGREE = "share.disagree"

    ESCROW_DAMAGED = "escrow.damaged"
    ESCROW_NEWER = "escrow.newer"
    ESCROW_KIND = "escrow.kind"

    FILE_EXISTS = "file.exists"
    FILE_IS_LINK = "file.is_link"
    FILE_TOO_LONG = "file.too_long"
    FILE_UNREADABLE = "file.unreadable"
    DISK_FULL = "file.disk_full"
    FILE_IO = "file.io"

    DATABASE_MISSING = "database.missing"
    DATABASE_EXISTS = "database.exists"
    DATABASE_FOREIGN = "database.foreign"
    DATABASE_DAMAGED = "database.damaged"
    DATABASE_BUSY = "database.busy"
    DATABASE_READ_ONLY = "database.read_only"
    DATABASE_CLOSED = "database.closed"
    DATABASE_IO = "database.io"
    DATABASE_REOPEN = "database.reopen"
    DATABASE_SETTING = "database.setting"
    DATABASE_LIBRARY = "database.library"
    CONSTRAINT = "database.constraint"
    STATEMENT = "database.statement"
    INTERRUPTED = "database.interrupted"

    LEDGER_DAMAGED = "ledger.damaged"
    HEAD_MALFORMED = "ledger.head_malformed"
    HEAD_SIGNATURE = "ledger.head_signature"
    HEAD_ROLLBACK = "ledger.head_rollback"
    HEAD_EQUIVOCATION = "ledger.head_equivocation"
    HEAD_LOG_DAMAGED = "ledger.head_log_damaged"
    WITNESS_STALE = "ledger.witness_stale"

    SEALED_DAMAGED = "sealed.damaged"
    SEALED_MISSING = "sealed.missing"
    SEALED_KEY_MISSING = "sealed.key_missing"


class CryptoError(Exception):
    """Root of this package's errors. Neither message nor detail ever holds a key, a passphrase or stored content."""

    def __init__(self, code: CryptoErrorCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


class WrongKeyError(CryptoError):
    """The key or passphrase opens nothing here. Nothing was changed."""


class KeyUnavailableError(CryptoError):
    """The key cannot be had: missing, unreadable, kept carelessly (mode, owner), or in no known form."""


class IntegrityError(CryptoError):
    """Something kept was changed, damaged or rolled back."""


class VaultStateError(CryptoError):
    """The files are not in the state the call needs: missing, already there, a link, newer, read-only, closed."""


class StorageError(CryptoError):
    """The disk or the file system failed. After `DATABASE_IO` the connection is dead: open a new one."""


class DiskFullError(StorageError):
    """No room. What was being written is undone; the same call works again when there is room."""


class DatabaseBusyError(CryptoError):
    """Another connection held the lock longer than the busy timeout. Retry."""


class ConstraintError(CryptoError):
    """A UNIQUE, CHECK, NOT NULL or foreign key rule refused the row. `detail` names the columns, not the values."""


class StatementError(CryptoError):
    """The SQL or a parameter is wrong, or the query was interrupted: a programmer's error, not the data's."""
