"""content://sms as shell sees it: the view `sms_restricted`, no projection map, no strict mode.

Source: TelephonyProvider `SmsProvider`, `SqlQueryChecker`, `ProviderUtil` (7.1.2 … 15.0.0_r23).
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

from ..traits import ColumnOrder, SmsProjection, Traits
from .projection import ProjectionMap
from .query import Cursor, JavaError, Query, ReadOnly, Uri, security_exception, select, sqlite_exception, tokens
from .tables import Tables

_CLASS: Final = "com.android.providers.telephony.SmsProvider"
_TABLE: Final = "sms_restricted"
_COLUMNS: Final = (
    "_id",
    "thread_id",
    "address",
    "person",
    "date",
    "date_sent",
    "protocol",
    "read",
    "status",
    "type",
    "reply_path_present",
    "subject",
    "body",
    "service_center",
    "locked",
    "sub_id",
    "error_code",
    "creator",
    "seen",
)
_BOXES: Final = {"inbox": 1, "sent": 2, "draft": 3, "outbox": 4, "failed": 5, "queued": 6}


class SmsProvider(ReadOnly):
    """Android 11+ refuses subqueries; Android 14+ shows only rows of the SIMs that are in the phone."""

    def __init__(
        self,
        tables: Tables,
        *,
        sdk: int,
        sims: Callable[[], Iterable[int]],
        is_denied: Callable[[], bool],
        traits: Traits,
    ) -> None:
        super().__init__(_CLASS, "android.permission.WRITE_SMS")
        self._tables = tables
        self._sdk = sdk
        self._sims = sims
        self._is_denied = is_denied
        self._projection = traits.sms_projection
        self._columns = ProjectionMap([*_COLUMNS, *traits.sms_columns])
        self._order = traits.column_order

    def query(self, query: Query) -> Cursor | None:
        """Raise `JavaError`."""
        if self._is_denied():
            raise security_exception(_CLASS, "android.permission.READ_SMS")
        asked = (*(query.projection or ()), query.where or "", query.sort or "")
        if self._sdk >= 30 and any("select" in tokens(text) for text in asked):
            return None
        where = self._where(query.uri)
        if where is None:
            return None
        if self._sdk >= 34:
            sims = ",".join(str(one) for one in (-1, *sorted(self._sims())))
            where = (*where, f"sub_id IN ({sims})")
        if query.where:
            self._check_alone(query.where)
            where = (*where, query.where)
        columns = self._select_list(query.projection)
        return select(self._tables, table=_TABLE, columns=columns, where=where, sort=query.sort or "date DESC")

    def _select_list(self, projection: tuple[str, ...] | None) -> str:
        if projection:
            is_strict = self._projection is SmsProjection.COLUMNS
            return self._columns.sql(projection) if is_strict else ", ".join(projection)
        return self._columns.sql(None) if self._order is ColumnOrder.HASHED else "*"

    def _where(self, uri: Uri) -> tuple[str, ...] | None:
        """The condition of a path; None for a path the provider does not know."""
        match uri.segments:
            case ():
                return ()
            case (number,) if number.isascii() and number.isdigit():
                return (f"_id = {int(number)}",)
            case ("undelivered",):
                return ("type IN (4,5,6)",)
            case (box, *rest) if box in _BOXES and len(rest) <= 1:
                condition = (f"type={_BOXES[box]}",)
                if not rest:
                    return condition
                return (*condition, f"_id = {int(rest[0])}") if rest[0].isascii() and rest[0].isdigit() else None
            case ("conversations", thread) if thread.isascii() and thread.isdigit():
                return (f"thread_id = {int(thread)}",)
            case _:
                return None

    def _check_alone(self, where: str) -> None:
        """The builder compiles the caller's condition by itself first, so that it cannot close our parenthesis."""
        sql = f"SELECT _id FROM {_TABLE} WHERE {where}"  # noqa: S608 (hosts write the SQL)
        try:
            self._tables.select(f"EXPLAIN {sql}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            if isinstance(error, sqlite3.Error):
                raise sqlite_exception(error, sql) from error
            raise JavaError("android.database.sqlite.SQLiteException", "multiple statements") from error
