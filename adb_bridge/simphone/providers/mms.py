"""content://mms as shell sees it: the view `pdu_restricted`, parts and addresses without restriction.

Source: TelephonyProvider `MmsProvider` (10.0.0_r1 … 15.0.0_r1): no projection map, no strict mode. A statement that
SQLite refuses gives a null cursor, which `content` prints like no rows. Android 13+ throws for subqueries (10 to 12
let them through), 14+ shows only rows of the SIMs that are in the phone, parts and addresses too.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..contents import Content
from ..mms import PARTS_DIRECTORY
from ..store import PhoneStore
from ..traits import SmsProjection, Traits
from .projection import ProjectionMap
from .query import (
    Cursor,
    JavaError,
    Query,
    ReadOnly,
    Uri,
    file_not_found,
    illegal_argument,
    no_descriptor,
    security_exception,
    select,
    tokens,
)
from .tables import text_of

_CLASS: Final = "com.android.providers.telephony.MmsProvider"
_PDU: Final = "pdu_restricted"
_BOXES: Final = {"inbox": 1, "sent": 2, "drafts": 3, "outbox": 4}


@dataclass(frozen=True, slots=True)
class _Target:
    table: str
    where: tuple[str, ...] = ()
    sort: str | None = None


class MmsProvider(ReadOnly):
    """Messages, parts, addresses; `content read` of a part gives its file."""

    def __init__(self, store: PhoneStore, *, sdk: int, is_denied: Callable[[], bool], traits: Traits) -> None:
        super().__init__(_CLASS, "android.permission.WRITE_SMS")
        self._store = store
        self._projection = traits.sms_projection
        self._sdk = sdk
        self._is_denied = is_denied

    def query(self, query: Query) -> Cursor | None:
        """Raise `JavaError`."""
        self._require()
        asked = (*(query.projection or ()), query.where or "", query.sort or "")
        if self._sdk >= 33 and any("select" in tokens(text) for text in asked):
            raise illegal_argument("SELECT token not allowed in query")
        target = self._target(query.uri)
        if target is None:
            return None
        where = target.where
        if self._sdk >= 34:
            sims = ",".join(str(one) for one in (-1, *sorted(self._store.sims)))
            where = (*where, f"sub_id IN ({sims})")
        if query.where:
            if not self._compiles_alone(target.table, query.where):
                return None
            where = (*where, query.where)
        columns = self._select_list(target.table, query.projection)
        try:
            return select(
                self._store.telephony,
                table=target.table,
                columns=columns,
                where=where,
                sort=query.sort or target.sort,
            )
        except JavaError:
            return None

    def open_file(self, uri: Uri) -> Content:
        """The file of `content://mms/part/ID`. Text parts have none. Raise `JavaError`."""
        self._require()
        match uri.segments:
            case ("part", number) if _is_id(number):
                pass
            case _:
                raise no_descriptor()
        cursor = self.query(Query(uri=uri, projection=("_data",), where=None, sort=None))
        rows = [] if cursor is None else [row for page in cursor.pages for row in page]
        if not rows:
            raise file_not_found(f"No entry for {uri.text}")
        path = text_of(rows[0][0])
        if path is None:
            raise file_not_found("Column _data not found.")
        if not path.startswith(PARTS_DIRECTORY):
            raise no_descriptor()
        content = self._store.part_file(path)
        if content is None:
            raise file_not_found("open failed: ENOENT (No such file or directory)")
        return content

    def _select_list(self, table: str, projection: tuple[str, ...] | None) -> str:
        """A vendor that takes only columns for SMS is taken to do so for MMS (inferred)."""
        if not projection:
            return "*"
        if self._projection is SmsProjection.COLUMNS:
            names, _ = self._store.telephony.open(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 (our own tables)
            return ProjectionMap(names).sql(projection)
        return ", ".join(projection)

    def _compiles_alone(self, table: str, where: str) -> bool:
        """SQLiteQueryBuilder compiles the caller's condition by itself, so that it cannot close our parenthesis."""
        try:
            self._store.telephony.select(f"EXPLAIN SELECT _id FROM {table} WHERE {where}")  # noqa: S608 (hosts write it)
        except (sqlite3.Error, sqlite3.Warning):
            return False
        return True

    def _require(self) -> None:
        if self._is_denied():
            raise security_exception(_CLASS, "android.permission.READ_SMS")

    def _target(self, uri: Uri) -> _Target | None:
        """What a path names; None for one that the provider does not know."""
        suffix = "" if self._sdk >= 34 else "_before_14"
        parts, addresses = f"part{suffix}", f"addr{suffix}"
        match uri.segments:
            case ():
                return _Target(_PDU, (), "date DESC")
            case (number,) if _is_id(number):
                return _Target(_PDU, (f"_id={int(number)}",), "date DESC")
            case (box,) if box in _BOXES:
                return _Target(_PDU, (f"msg_box={_BOXES[box]}",), "date DESC")
            case (box, number) if box in _BOXES and _is_id(number):
                return _Target(_PDU, (f"_id={int(number)}", f"msg_box={_BOXES[box]}"), "date DESC")
            case ("part",):
                return _Target(parts, (), "seq")
            case ("part", number) if _is_id(number):
                return _Target(parts, (f"_id={int(number)}",), "seq")
            case (number, "part") if _is_id(number):
                return _Target(parts, (f"mid={int(number)}",), "seq")
            case (number, "addr") if _is_id(number):
                return _Target(addresses, (f"msg_id={int(number)}",))
            case _:
                return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
