"""The phone's databases: SQLite in memory, with the tables AOSP has.

Sources: TelephonyProvider `MmsSmsDatabaseHelper` (android-15.0.0_r23), ContactsProvider lineage-16.0 … 21.0.
"""

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

SqlValue = None | int | float | str | bytes
"""What may be stored; `bytes` becomes a BLOB."""

Value = None | int | float | bytearray | bytes
"""What a query gives: TEXT as bytearray (its bytes as stored, valid UTF-8 or not), BLOB as bytes."""

Row = tuple[Value, ...]

QUERY_LIMIT_S: Final = 5.0
"""A single step of a query that computes longer is interrupted."""

_NOT_DIGIT: Final = re.compile(r"[^0-9]")

TELEPHONY: Final = """
CREATE TABLE sms (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, address TEXT, person INTEGER, date INTEGER,
  date_sent INTEGER DEFAULT 0, protocol INTEGER, read INTEGER DEFAULT 0, status INTEGER DEFAULT -1, type INTEGER,
  reply_path_present INTEGER, subject TEXT, body TEXT, service_center TEXT, locked INTEGER DEFAULT 0,
  sub_id INTEGER DEFAULT -1, error_code INTEGER DEFAULT -1, creator TEXT, seen INTEGER DEFAULT 0);
CREATE INDEX sms_date ON sms (date);
CREATE VIEW sms_restricted AS SELECT * FROM sms WHERE type=1 OR type=2;
CREATE TABLE threads (_id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT UNIQUE);
CREATE TABLE pdu (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, thread_id INTEGER, date INTEGER, date_sent INTEGER DEFAULT 0, msg_box INTEGER,
  read INTEGER DEFAULT 0, m_id TEXT, sub TEXT, sub_cs INTEGER, ct_t TEXT, ct_l TEXT, exp INTEGER, m_cls TEXT,
  m_type INTEGER, v INTEGER, m_size INTEGER, pri INTEGER, rr INTEGER, rpt_a INTEGER, resp_st INTEGER, st INTEGER,
  tr_id TEXT, retr_st INTEGER, retr_txt TEXT, retr_txt_cs INTEGER, read_status INTEGER, ct_cls INTEGER, resp_txt TEXT,
  d_tm INTEGER, d_rpt INTEGER, locked INTEGER DEFAULT 0, sub_id INTEGER DEFAULT -1, seen INTEGER DEFAULT 0,
  creator TEXT, text_only INTEGER DEFAULT 0);
CREATE VIEW pdu_restricted AS SELECT * FROM pdu WHERE (msg_box=1 OR msg_box=2) AND (m_type!=130);
CREATE TABLE addr (
  _id INTEGER PRIMARY KEY, msg_id INTEGER, contact_id INTEGER, address TEXT, type INTEGER, charset INTEGER,
  sub_id INTEGER DEFAULT -1);
CREATE INDEX addr_message ON addr (msg_id);
CREATE TABLE part (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, mid INTEGER, seq INTEGER DEFAULT 0, ct TEXT, name TEXT, chset INTEGER, cd TEXT,
  fn TEXT, cid TEXT, cl TEXT, ctt_s INTEGER, ctt_t TEXT, _data TEXT, text TEXT, sub_id INTEGER DEFAULT -1);
CREATE INDEX part_message ON part (mid);
CREATE VIEW addr_before_14 AS SELECT _id, msg_id, contact_id, address, type, charset FROM addr;
CREATE VIEW part_before_14 AS
  SELECT _id, mid, seq, ct, name, chset, cd, fn, cid, cl, ctt_s, ctt_t, _data, text FROM part;
"""

CALLS: Final = """
CREATE TABLE calls (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, presentation INTEGER NOT NULL DEFAULT 1,
  post_dial_digits TEXT NOT NULL DEFAULT '', via_number TEXT NOT NULL DEFAULT '', date INTEGER, duration INTEGER,
  data_usage INTEGER, type INTEGER, features INTEGER NOT NULL DEFAULT 0, subscription_component_name TEXT,
  subscription_id TEXT, phone_account_address TEXT, phone_account_hidden INTEGER NOT NULL DEFAULT 0,
  sub_id INTEGER DEFAULT -1, new INTEGER, name TEXT, numbertype INTEGER, numberlabel TEXT, countryiso TEXT,
  voicemail_uri TEXT, is_read INTEGER, geocoded_location TEXT, lookup_uri TEXT, matched_number TEXT,
  normalized_number TEXT, photo_id INTEGER NOT NULL DEFAULT 0, photo_uri TEXT, formatted_number TEXT,
  add_for_all_users INTEGER NOT NULL DEFAULT 1, transcription TEXT, transcription_state INTEGER NOT NULL DEFAULT 0,
  last_modified INTEGER DEFAULT 0, call_screening_component_name TEXT, call_screening_app_name TEXT,
  block_reason INTEGER NOT NULL DEFAULT 0, missed_reason INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL DEFAULT 0, subject TEXT, location TEXT, composer_photo_uri TEXT,
  is_call_log_phone_account_migration_pending INTEGER NOT NULL DEFAULT 0);
"""

CONTACTS: Final = """
CREATE TABLE raw_contacts (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, contact_id INTEGER, account_name TEXT, account_type TEXT, data_set TEXT,
  sourceid TEXT, version INTEGER NOT NULL DEFAULT 1, dirty INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  display_name TEXT, display_name_alt TEXT, sort_key TEXT, starred INTEGER NOT NULL DEFAULT 0);
CREATE TABLE contacts (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, name_raw_contact_id INTEGER, lookup TEXT, display_name TEXT,
  display_name_alt TEXT, sort_key TEXT, photo_id INTEGER, starred INTEGER NOT NULL DEFAULT 0,
  has_phone_number INTEGER NOT NULL DEFAULT 0, in_visible_group INTEGER NOT NULL DEFAULT 1,
  contact_last_updated_timestamp INTEGER);
CREATE TABLE data (
  _id INTEGER PRIMARY KEY AUTOINCREMENT, raw_contact_id INTEGER NOT NULL, mimetype TEXT,
  is_primary INTEGER NOT NULL DEFAULT 0,
  is_super_primary INTEGER NOT NULL DEFAULT 0, data_version INTEGER NOT NULL DEFAULT 0,
  data1 TEXT, data2 TEXT, data3 TEXT, data4 TEXT, data5 TEXT, data6 TEXT, data7 TEXT, data8 TEXT, data9 TEXT,
  data10 TEXT, data11 TEXT, data12 TEXT, data13 TEXT, data14 TEXT, data15 BLOB);
CREATE INDEX data_raw ON data (raw_contact_id);
CREATE TABLE deleted_contacts (contact_id INTEGER PRIMARY KEY, contact_deleted_timestamp INTEGER NOT NULL);
CREATE VIEW view_data AS SELECT
  data._id AS _id, raw_contact_id, raw_contacts.contact_id AS contact_id, mimetype, is_primary, is_super_primary,
  data_version, data1, data2, data3, data4, data5, data6, data7, data8, data9, data10, data11, data12, data13, data14,
  data15, raw_contacts.account_name AS account_name, raw_contacts.account_type AS account_type,
  raw_contacts.version AS version, contacts.display_name AS display_name, contacts.lookup AS lookup,
  contacts.starred AS starred, contacts.contact_last_updated_timestamp AS contact_last_updated_timestamp,
  raw_contacts.contact_id AS name_raw_contact_id, contacts.has_phone_number AS has_phone_number
  FROM data JOIN raw_contacts ON raw_contact_id = raw_contacts._id
  JOIN contacts ON raw_contacts.contact_id = contacts._id WHERE raw_contacts.deleted = 0;
"""


class Tables:
    """One database. Not for use from other threads than the one that made it."""

    def __init__(self, schema: str) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.text_factory = bytearray
        self._connection.executescript(schema)
        for name in ("LOCALIZED", "UNICODE", "PHONEBOOK"):
            self._connection.create_collation(name, _collate)
        self._connection.create_function("PHONE_NUMBERS_EQUAL", -1, _are_numbers_equal, deterministic=True)
        self._deadline = 0.0
        self._connection.set_progress_handler(self._is_late, 100_000)

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()

    def execute(self, sql: str, values: Sequence[SqlValue] = ()) -> int:
        """Change something; return the last inserted row id."""
        self._deadline = time.monotonic() + QUERY_LIMIT_S
        return self._connection.execute(sql, values).lastrowid or 0

    def execute_many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        """Change many rows at once."""
        self._deadline = time.monotonic() + 600
        self._connection.execute("BEGIN")
        self._connection.executemany(sql, rows)
        self._connection.execute("COMMIT")

    def select(self, sql: str, values: Sequence[SqlValue] = ()) -> list[Row]:
        """All rows. Raise `sqlite3.Error`."""
        self._deadline = time.monotonic() + QUERY_LIMIT_S
        return list(self._connection.execute(sql, values))

    def open(self, sql: str) -> tuple[tuple[str, ...], Iterator[list[Row]]]:
        """Column names as SQLite names them, and the rows in lists of up to 500. Raise `sqlite3.Error`."""
        self._deadline = time.monotonic() + QUERY_LIMIT_S
        cursor = self._connection.execute(sql)
        names = tuple(column[0] for column in cursor.description)
        return names, self._pages(cursor)

    def _pages(self, cursor: sqlite3.Cursor) -> Iterator[list[Row]]:
        while True:
            self._deadline = time.monotonic() + QUERY_LIMIT_S
            page: list[Row] = cursor.fetchmany(500)
            if not page:
                return
            yield page

    def _is_late(self) -> int:
        return int(time.monotonic() > self._deadline)


def text_of(value: Value) -> str | None:
    """A stored TEXT as str (invalid UTF-8 replaced), None for NULL."""
    if value is None:
        return None
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytearray | bytes) else str(value)


def int_of(value: Value) -> int:
    """A stored INTEGER; 0 for anything else."""
    return value if isinstance(value, int) else 0


def _collate(left: str, right: str) -> int:
    return (left.casefold() > right.casefold()) - (left.casefold() < right.casefold())


def _are_numbers_equal(left: object, right: object, *_: object) -> int:
    one, two = (
        _NOT_DIGIT.sub("", bytes(side).decode() if isinstance(side, bytearray) else str(side)) for side in (left, right)
    )
    return int(bool(one) and bool(two) and one[-7:] == two[-7:])
