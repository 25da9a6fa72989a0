"""What a person answers during the setup. The passphrase is not among it."""

from dataclasses import dataclass
from enum import StrEnum

from daemon.api.texts import Language


class KeyKind(StrEnum):
    """What opens the vault."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not one
    FILE = "file"
    CREDENTIAL = "credential"


@dataclass(slots=True, kw_only=True)
class Answers:
    """Filled page by page."""

    language: Language
    """Of the store: the notice on its phones and what its daemon says on its own."""
    store_name: str = ""
    timezone: str = ""
    """Empty: this machine's."""
    key: KeyKind = KeyKind.PASSPHRASE
    key_file: str = ""
    credential: str = ""
    notice_title: str = ""
    """Empty: the daemon's own words, and so for the text."""
    notice_text: str = ""
    notice_version: str = "v1"
