"""Every foreseeable error of every room, with its text's key and its exit code. What is not here is a bug of ours."""

from dataclasses import dataclass
from typing import Final

from adb_bridge.errors import AdbBridgeError
from crypto.errors import (
    CryptoError,
    CryptoErrorCode,
    DatabaseBusyError,
    IntegrityError,
    KeyUnavailableError,
    StorageError,
    VaultStateError,
    WrongKeyError,
)
from policies.errors import RuleError

from .api.exit_codes import ExitCode
from .api.texts import Texts
from .api.words import in_words
from .archive.errors import ArchiveError, MigrationNeededError, NotAnArchiveError
from .errors import DaemonError
from .rule_reasons import reason_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error as the command line and the API tell it."""

    code: str
    """Finds `error.<code>.message` and `.hint`."""
    exit_code: ExitCode
    values: dict[str, str | int]


RULES_UNUSABLE: Final = "rules.unusable"
_NEWER = frozenset({CryptoErrorCode.KEYRING_NEWER})
_NOT_FOUND = frozenset({CryptoErrorCode.SLOT_UNKNOWN})
_DAMAGED = frozenset({CryptoErrorCode.DATABASE_FOREIGN})
"""A state, to `crypto`; here the archive's file is empty, cut off or another's."""
_USAGE = frozenset({CryptoErrorCode.KEYRING_EXISTS, CryptoErrorCode.FILE_EXISTS})


def refusal_of(error: BaseException) -> Refusal | None:
    """None for what nobody foresaw; let that one be seen as it is."""
    match error:
        case DaemonError():
            return Refusal(code=error.code, exit_code=error.exit_code, values=error.values)
        case CryptoError():
            return Refusal(code=error.code.value, exit_code=_of_crypto(error), values={"detail": error.detail})
        case AdbBridgeError():
            return Refusal(code=error.code.value, exit_code=ExitCode.ADB, values={"detail": error.detail})
        case ArchiveError():
            return Refusal(code=error.code.value, exit_code=_of_archive(error), values={"detail": error.detail})
        case RuleError():
            return Refusal(code=RULES_UNUSABLE, exit_code=ExitCode.USAGE, values={"detail": str(error)})
        case _:
            return None


def told(refusal: Refusal, texts: Texts) -> tuple[str, str]:
    """Message and hint of an error; the code where the catalogs say nothing."""
    values = values_in_words(refusal, texts)
    kind = "refusal" if texts.has(f"refusal.{refusal.code}.message") else "error"
    message, hint = f"{kind}.{refusal.code}.message", f"{kind}.{refusal.code}.hint"
    return (
        texts.get(message, **values) if texts.has(message) else refusal.code,
        texts.get(hint, **values) if texts.has(hint) else "",
    )


def values_in_words(refusal: Refusal, texts: Texts) -> dict[str, str | int]:
    """What its texts are made of; `detail` always."""
    values = {"detail": "", **in_words(texts, refusal.values)}
    if refusal.code == RULES_UNUSABLE:
        values["detail"] = reason_in_words(str(values["detail"]), texts)
    return values


def _of_archive(error: ArchiveError) -> ExitCode:
    match error:
        case MigrationNeededError():
            return ExitCode.MIGRATION
        case NotAnArchiveError():
            return ExitCode.INTEGRITY
        case _:
            return ExitCode.VAULT


def _of_crypto(error: CryptoError) -> ExitCode:
    if error.code in _USAGE:
        return ExitCode.USAGE
    if error.code in _NEWER:
        return ExitCode.MIGRATION
    if error.code in _NOT_FOUND:
        return ExitCode.NOT_FOUND
    if error.code in _DAMAGED:
        return ExitCode.INTEGRITY
    match error:
        case WrongKeyError() | KeyUnavailableError() | StorageError() | DatabaseBusyError():
            return ExitCode.VAULT
        case IntegrityError():
            return ExitCode.INTEGRITY
        case VaultStateError():
            return ExitCode.VAULT
        case _:
            return ExitCode.INTEGRITY
