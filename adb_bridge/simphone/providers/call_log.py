"""content://call_log/calls: strict projection map, LIMIT by URI parameter.

Source: ContactsProvider `CallLogProvider` (lineage-16.0 … 21.0): 32 columns on Android 9, 34 on 10-12, 40 on 13+.
"""

from collections.abc import Callable
from typing import Final

from ..traits import Traits
from .limits import limit_clause
from .projection import ProjectionMap, check_strict
from .query import Cursor, Query, ReadOnly, illegal_argument, security_exception, select
from .tables import Tables

_CLASS: Final = "com.android.providers.contacts.CallLogProvider"
_COMMON: Final = [
    "_id",
    "number",
    "post_dial_digits",
    "via_number",
    "presentation",
    "date",
    "duration",
    "data_usage",
    "type",
    "features",
    "subscription_component_name",
    "subscription_id",
    "phone_account_address",
    "new",
    "voicemail_uri",
    "transcription",
    "transcription_state",
    "is_read",
    "name",
    "numbertype",
    "numberlabel",
    "countryiso",
    "geocoded_location",
    "lookup_uri",
    "matched_number",
    "normalized_number",
    "photo_id",
    "photo_uri",
    "formatted_number",
    "add_for_all_users",
    "last_modified",
]
_SINCE_10: Final = ["call_screening_component_name", "call_screening_app_name", "block_reason"]
_SINCE_13: Final = [
    "missed_reason",
    "priority",
    "subject",
    "location",
    "composer_photo_uri",
    "is_call_log_phone_account_migration_pending",
]


class CallLogProvider(ReadOnly):
    """`is_denied` tells of shell, which does not hold READ_CALL_LOG up to Android 11 (API 30)."""

    def __init__(self, tables: Tables, *, sdk: int, is_denied: Callable[[], bool], traits: Traits) -> None:
        super().__init__(_CLASS, "android.permission.WRITE_CALL_LOG")
        self._tables = tables
        self._is_denied = is_denied
        self._limits = traits.limit_parameter
        columns = [*_COMMON, *(_SINCE_10 if sdk >= 29 else ["phone_account_hidden"]), *(_SINCE_13 if sdk >= 33 else [])]
        self._map = ProjectionMap([*columns, *traits.call_columns])

    def query(self, query: Query) -> Cursor | None:
        """Raise `JavaError`."""
        self._require("READ")
        match query.uri.segments:
            case ("calls",):
                where: tuple[str, ...] = ("phone_account_hidden = 0",)
            case ("calls", number) if number.isascii() and number.isdigit():
                where = ("phone_account_hidden = 0", f"_id={int(number)}")
            case _:
                raise illegal_argument(f"Unknown URL {query.uri.text}")
        columns = self._map.sql(query.projection)
        check_strict(query.where, query.sort)
        if query.where:
            where = (*where, query.where)
        return select(
            self._tables,
            table="calls",
            columns=columns,
            where=where,
            sort=query.sort,
            limit=limit_clause(query.uri, self._limits),
        )

    def _require(self, access: str) -> None:
        if self._is_denied():
            raise security_exception(_CLASS, f"android.permission.{access}_CALL_LOG")
