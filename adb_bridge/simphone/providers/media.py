"""content://media: audio files as the media provider knows them, through strict projection maps.

Source: MediaProvider (public code, Android 10 to 14; strictness and texts are not verified on phones). Rows that are
being written (`is_pending`) or lie in the bin (`is_trashed`) are hidden unless the address says `includePending=1` or
`includeTrashed=1`.
"""

from collections.abc import Callable
from typing import Final

from ..contents import Content
from ..files import Files
from ..media import MediaIndex
from ..traits import LimitParameter
from .limits import limit_clause
from .projection import ProjectionMap, check_strict
from .query import Cursor, JavaError, Query, ReadOnly, Uri, file_not_found, security_exception, select
from .tables import text_of

_CLASS: Final = "com.android.providers.media.MediaProvider"
_VOLUMES: Final = ("external", "external_primary")
_COLUMNS: Final = (
    "_id",
    "_data",
    "_size",
    "_display_name",
    "mime_type",
    "title",
    "date_added",
    "date_modified",
    "duration",
)
_AUDIO: Final = (
    "artist",
    "album",
    "track",
    "year",
    "is_ringtone",
    "is_music",
    "is_alarm",
    "is_notification",
    "is_podcast",
)
_FILES: Final = ("format", "parent", "media_type")
_SINCE_10: Final = (
    "relative_path",
    "volume_name",
    "bucket_id",
    "bucket_display_name",
    "owner_package_name",
    "is_pending",
    "is_trashed",
    "date_expires",
)
_AUDIO_SINCE_10: Final = ("is_audiobook",)
_SINCE_11: Final = ("is_favorite", "is_download", "generation_added", "generation_modified", "xmp")
_AUDIO_SINCE_12: Final = ("is_recording",)


class MediaProvider(ReadOnly):
    """`audio/media` and `file` of the volume `external`, and the files behind their rows."""

    def __init__(self, index: MediaIndex, files: Files, *, sdk: int, is_denied: Callable[[], bool]) -> None:
        super().__init__(_CLASS, "android.permission.WRITE_EXTERNAL_STORAGE")
        self._index = index
        self._files = files
        self._sdk = sdk
        self._is_denied = is_denied
        shared = [*_COLUMNS, *(_SINCE_10 if sdk >= 29 else ()), *(_SINCE_11 if sdk >= 30 else ())]
        audio = [*_AUDIO, *(_AUDIO_SINCE_10 if sdk >= 29 else ()), *(_AUDIO_SINCE_12 if sdk >= 31 else ())]
        self._audio = ProjectionMap([*shared, *audio])
        self._all = ProjectionMap([*shared, *_FILES])

    def query(self, query: Query) -> Cursor | None:
        """Raise `JavaError`."""
        if self._is_denied():
            raise security_exception(_CLASS, "android.permission.READ_EXTERNAL_STORAGE")
        columns, where = self._path(query.uri)
        for column, parameter in (("is_pending", "includePending"), ("is_trashed", "includeTrashed")):
            if self._sdk >= 29 and query.uri.parameter(parameter) not in ("1", "true"):
                where = (*where, f"{column}=0")
        if self._sdk >= 30:
            check_strict(query.where, query.sort)
        if query.where:
            where = (*where, query.where)
        return select(
            self._index.tables,
            table="files",
            columns=columns.sql(query.projection),
            where=where,
            sort=query.sort,
            limit=limit_clause(query.uri, LimitParameter.ACCEPTED),
        )

    def open_file(self, uri: Uri) -> Content:
        """The file of one row. Raise `JavaError`."""
        if not uri.segments or not _is_id(uri.segments[-1]):
            raise file_not_found(f"No item at {uri.text}")
        cursor = self.query(Query(uri=uri, projection=("_data",), where=None, sort=None))
        rows = [] if cursor is None else [row for page in cursor.pages for row in page]
        if not rows:
            raise file_not_found(f"No item at {uri.text}")
        value = rows[0][0]
        path = bytes(value).decode("utf-8", "surrogateescape") if isinstance(value, bytearray) else text_of(value) or ""
        try:
            return self._files.open(path)
        except OSError as error:
            raise file_not_found(f"open failed: ENOENT ({error})") from error

    def _path(self, uri: Uri) -> tuple[ProjectionMap, tuple[str, ...]]:
        match uri.segments:
            case (volume, "audio", "media") if volume in _VOLUMES:
                return self._audio, ("media_type=2",)
            case (volume, "audio", "media", number) if volume in _VOLUMES and _is_id(number):
                return self._audio, ("media_type=2", f"_id={int(number)}")
            case (volume, "file") if volume in _VOLUMES:
                return self._all, ()
            case (volume, "file", number) if volume in _VOLUMES and _is_id(number):
                return self._all, (f"_id={int(number)}",)
            case _:
                raise JavaError("java.lang.IllegalStateException", f"Unknown URL: {uri.text}")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
