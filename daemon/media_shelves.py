"""Under which key and in which folder a sealed file lies: one shelf for each class of data and week.

When a week is over its time its files are removed and its key is destroyed: what a disk still has of them stays sealed.
Files of before there were weeks lie on a shelf without a folder, under a standing key.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from adb_bridge.records import Source
from crypto.sealed_keys import MediaKeys
from crypto.vault_keys import VaultKeys

from .archive.data_classes import DataClass, period_of

_LABEL: Final = "media/"
_FOLDER: Final = "k"
_CLASS_OF_SOURCE: Final = {
    Source.RECORDINGS: DataClass.RECORDINGS,
    Source.NOTIFICATIONS: DataClass.NOTIFICATIONS,
    Source.CONTACTS: DataClass.CONTACTS,
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place with its key."""

    folder: str
    """Below the blobs; empty for files of before."""
    keys: MediaKeys


class Shelves(Protocol):
    """What `MediaStore` asks for."""

    def names(self) -> MediaKeys:
        """The keyed hash of names is one for all shelves."""

    def writing(self, source: Source, now: datetime) -> Shelf:
        """For a file of a source that arrives now. Errors of the keyring pass."""

    def all(self) -> tuple[Shelf, ...]:
        """Newest first."""

    def is_writable(self, shelf: Shelf) -> bool:
        """False when its key was destroyed or is about to be."""


class OneShelf:
    """Every file under one key: tools and tests."""

    def __init__(self, keys: MediaKeys) -> None:
        self._shelf = Shelf("", keys)

    def names(self) -> MediaKeys:
        """See `Shelves`."""
        return self._shelf.keys

    def writing(self, source: Source, now: datetime) -> Shelf:
        """See `Shelves`."""
        return self._shelf

    def all(self) -> tuple[Shelf, ...]:
        """See `Shelves`."""
        return (self._shelf,)

    def is_writable(self, shelf: Shelf) -> bool:
        """See `Shelves`."""
        return True


class WeekShelves:
    """A key for each class and week. Safe for several threads."""

    def __init__(self, vault: VaultKeys) -> None:
        self._vault = vault
        self._old = MediaKeys(vault)

    def names(self) -> MediaKeys:
        """See `Shelves`."""
        return self._old

    def writing(self, source: Source, now: datetime) -> Shelf:
        """See `Shelves`."""
        data_class = _CLASS_OF_SOURCE.get(source, DataClass.MESSAGES)
        key = self._vault.period_key(_LABEL + data_class.value, period_of(now))
        return Shelf(folder_of(key.key_no), MediaKeys(self._vault, key.secret))

    def all(self) -> tuple[Shelf, ...]:
        """See `Shelves`."""
        numbers = [key.key_no for key in self._vault.list() if key.label.startswith(_LABEL) and not key.is_damaged]
        found = [(number, self._vault.by_no(number)) for number in sorted(numbers, reverse=True)]
        weeks = [Shelf(folder_of(number), MediaKeys(self._vault, key.secret)) for number, key in found if key]
        return (*weeks, Shelf("", self._old))

    def is_writable(self, shelf: Shelf) -> bool:
        """See `Shelves`."""
        if not shelf.folder:
            return True
        key_no = int(shelf.folder.removeprefix(_FOLDER))
        return self._vault.by_no(key_no) is not None and not self._vault.is_retired(key_no)


def folder_of(key_no: int) -> str:
    """The folder of a key's files."""
    return f"{_FOLDER}{key_no}"


def class_of_label(label: str) -> DataClass | None:
    """Of a key of files; None for other keys."""
    if not label.startswith(_LABEL):
        return None
    try:
        return DataClass(label.removeprefix(_LABEL))
    except ValueError:
        return None
