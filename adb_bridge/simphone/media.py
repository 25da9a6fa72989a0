"""The media provider's database: one row for each audio file it knows of.

Source: MediaProvider `DatabaseHelper` (public code, Android 10 to 14; not verified on phones): times in seconds,
`duration` in milliseconds and NULL until the scanner has read the file.
"""

import posixpath
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from .file_entries import SHARED, clean_path
from .providers.tables import Tables, int_of

VOLUME: Final = "/storage/emulated/0"
AUDIO: Final = 2
"""`media_type`."""

MIME_TYPES: Final = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "amr": "audio/amr",
    "3gp": "audio/3gpp",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "wav": "audio/x-wav",
    "aac": "audio/aac",
}
"""By extension."""

_SCHEMA: Final = """
CREATE TABLE files (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, _data TEXT UNIQUE COLLATE NOCASE, _size INTEGER, format INTEGER,
  parent INTEGER, date_added INTEGER, date_modified INTEGER, mime_type TEXT, title TEXT, description TEXT,
  _display_name TEXT, bucket_id TEXT, bucket_display_name TEXT, relative_path TEXT, volume_name TEXT, duration INTEGER,
  artist TEXT, album TEXT, track INTEGER, year INTEGER, is_ringtone INTEGER, is_music INTEGER, is_alarm INTEGER,
  is_notification INTEGER, is_podcast INTEGER, is_audiobook INTEGER, is_recording INTEGER DEFAULT 0,
  media_type INTEGER, owner_package_name TEXT, date_expires INTEGER, is_pending INTEGER DEFAULT 0,
  is_trashed INTEGER DEFAULT 0, is_favorite INTEGER DEFAULT 0, is_download INTEGER DEFAULT 0,
  generation_added INTEGER DEFAULT 0, generation_modified INTEGER DEFAULT 0, xmp BLOB);
"""


class MediaState(StrEnum):
    """What a row says about its file."""

    READY = "ready"
    PENDING = "pending"
    """Being written: hidden from hosts that do not ask for it."""
    TRASHED = "trashed"
    """In the bin: hidden too."""


class MediaIndex:
    """Rows by path."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.tables = Tables(_SCHEMA)
        self._now = now
        self._generation = 1

    def put(
        self,
        path: str,
        *,
        size: int,
        modified_s: int,
        duration_ms: int | None = None,
        state: MediaState = MediaState.READY,
        owner: str | None = None,
    ) -> int:
        """Add the row of a file, or bring it up to date. Return its `_id`."""
        data = _data(path)
        known = self.tables.select("SELECT _id FROM files WHERE _data=CAST(? AS TEXT)", (_raw(data),))
        row_id = int_of(known[0][0]) if known else 0
        if not row_id:
            row_id = self.tables.execute(
                "INSERT INTO files (_data, volume_name, media_type, date_added, generation_added, format, parent) "
                "VALUES (CAST(? AS TEXT), 'external_primary', ?, ?, ?, 12288, 7)",
                (_raw(data), AUDIO, int(self._now().timestamp()), self._generation + 1),
            )
        self._name(row_id, data)
        self._generation += 1
        self.tables.execute(
            "UPDATE files SET _size=?, date_modified=?, duration=?, is_pending=?, is_trashed=?, "
            "owner_package_name=coalesce(?, owner_package_name), generation_modified=? WHERE _id=?",
            (
                size,
                modified_s,
                duration_ms,
                int(state is MediaState.PENDING),
                int(state is MediaState.TRASHED),
                owner,
                self._generation,
                row_id,
            ),
        )
        return row_id

    def move(self, old: str, new: str) -> None:
        """The file has another name; the row stays the same one. Silent when there is no row."""
        for row in self.tables.select("SELECT _id FROM files WHERE _data=CAST(? AS TEXT)", (_raw(_data(old)),)):
            row_id = int_of(row[0])
            self.forget(new)
            self.tables.execute(
                "UPDATE files SET _data=CAST(? AS TEXT) WHERE _id=?", (_raw(_data(new)), int_of(row_id))
            )
            self._name(row_id, _data(new))

    def forget(self, path: str) -> None:
        """The file is gone. Silent when there is no row."""
        self.tables.execute("DELETE FROM files WHERE _data=CAST(? AS TEXT)", (_raw(_data(path)),))

    def clear(self) -> None:
        """No rows."""
        self.tables.execute("DELETE FROM files")

    def close(self) -> None:
        """Free the memory."""
        self.tables.close()

    def _name(self, row_id: int, data: str) -> None:
        folder, name = posixpath.split(data)
        stem, _, extension = name.rpartition(".")
        relative = folder.removeprefix(VOLUME).strip("/")
        self.tables.execute(
            "UPDATE files SET _display_name=CAST(? AS TEXT), title=CAST(? AS TEXT), relative_path=CAST(? AS TEXT), "
            "bucket_display_name=CAST(? AS TEXT), mime_type=? WHERE _id=?",
            (
                _raw(name),
                _raw(stem or name),
                _raw(f"{relative}/" if relative else "/"),
                _raw(posixpath.basename(folder)),
                MIME_TYPES.get(extension.lower(), "audio/mpeg"),
                row_id,
            ),
        )


def _data(path: str) -> str:
    """`_data` names shared storage by its real place."""
    clean = clean_path(path)
    return VOLUME + clean[len(SHARED) :] if clean.startswith(SHARED + "/") else clean


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
