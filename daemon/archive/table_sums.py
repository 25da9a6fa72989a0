"""Sums over the tables that the ledger does not hold: what finds an older page of them put back.

A row counts as its keyed hash, a table as the sum of its rows' modulo 2^256: order does not matter, and a change costs
a hash or two however large the table is. `archive_state` has the sums and how often they changed, written in the
transaction of the change; each signed head's row has what they were then. A head's row never changes and its head is in
heads.log too, so that older pages of the sums themselves contradict the newest head.

Triggers keep the sums, temporary ones of the writer's connection: no code that changes a table can forget to.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from crypto.database import Database, SqlValue

SCHEMA_VERSION: Final = 15
"""The first schema with sums; a later one that changes rows of these tables by a migration has to make them anew."""
_MODULUS: Final = 1 << 256
_FUNCTION: Final = "sum_row"
_STATE: Final = "SELECT sums_version, sums FROM archive_state"
_SAVE: Final = "UPDATE archive_state SET sums_version = ?, sums = ?"
_encode: Final = msgspec.msgpack.Encoder().encode
_decode_sums: Final = msgspec.msgpack.Decoder(dict[str, bytes]).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedTable:
    """A table, and the columns that count."""

    name: str
    columns: tuple[str, ...]


SUMMED: Final = tuple(
    SummedTable(name=name, columns=tuple(columns.split()))
    for name, columns in (
        # without event_count, which every insert changes and `verify` counts anew
        ("devices", "device_no serial first_known_at last_seen_at profile status notice_posted"),
        ("addresses", "address added_at"),
        ("connections", "name device_no carrier install_mark last_used_at"),
        ("notices", "version sha256 body first_used_at"),
        ("conversations", "conversation_no token device_no peer_key peer_token"),
        ("contact_numbers", "token event_index"),
        ("event_files", "token event_index"),
        ("cursors", "device_no source cursor moved_at first_caught_up_at"),
        ("alert_outbox", "alert_index"),
        (
            "delivery_messages",
            "message_no message_id channel kind topic state made_at due_at tries first_tried_at tried_at ended_at code",
        ),
        ("delivery_items", "channel alert_index is_escalation message_no escalate_at"),
        ("delivery_channels", "channel failures not_before last_ok_at last_bad_at code held_until held_by"),
        ("forgotten", "device_no source source_key token"),
        ("held_over", "event_index"),
        ("doomed_files", "sha256"),
        ("command_orders", "command_index batch_index requested_uid priority approval"),
        ("command_keys", "asked_by idempotency_key request_sha256 command_index batch_index"),
        ("command_traces", "change_index steps"),
        ("provision_runs", "run_id name plan plan_sha256 state jobs wait_s asked_by asked_role started_at ended_at"),
        ("provision_phones", "run_id place document updated_at"),
        ("pins", "pin_id device_no state origin is_doubtful key_no sealed made_at made_by changed_at verified_at"),
        ("lan_identity", "singleton sealed made_at"),
        (
            "paired_consoles",
            "console_id name role employee spki paired_at paired_by expires_at last_seen_at revoked_at revoked_by",
        ),
        ("capture_stops", "enrolment_index leaving_index stops_at"),
        ("conversation_owners", "conversation_no since_index owner"),
        ("intercept_switch", "singleton is_off at actor reason"),
        ("retention_clock", "singleton seen_at steady_s wait_ms"),
        (
            "rescans",
            "rescan_id asked_at asked_by reason scope old_version new_version state up_to position events done found "
            "ended_at ended_by",
        ),
    )
)
"""Every table of the archive that the ledger does not commit to, but for what `verify` makes anew from the records:
counters, kept roots, the full-text index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumsStamp:
    """The sums of all tables at one time."""

    version: int
    """How often they had changed."""
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSums:
    """As `archive_state` has them. A table that is not named is empty."""

    sums: Mapping[str, int]
    stamp: SumsStamp

    @classmethod
    def of(cls, database: Database) -> "StoredSums":
        """Of no archive and of one that never had any: version 0. msgspec.DecodeError when they are no sums."""
        match database.fetch_one(_STATE):
            case (int(version), bytes(content)):
                sums = {name: int.from_bytes(value) for name, value in _decode_sums(content).items()}
            case _:
                version, content, sums = 0, b"", {}
        return cls(sums=sums, stamp=_stamp(version, content))


class TableSums:
    """Those of the writer's connection, kept by its triggers. Belongs to the writer thread.

    Made anew with the connection: after a rollback of the whole transaction it must not be used any more.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        """Sets the triggers. `key`: `Tokens.of_table_sums`. Raises what reading raises."""
        stored = StoredSums.of(database)
        self._hash = RowHash(key)
        self._sums = [stored.sums.get(table.name, 0) for table in SUMMED]
        self._saved = list(self._sums)
        self._stamp = stored.stamp
        database.add_function(_FUNCTION, self._take)
        database.execute("PRAGMA recursive_triggers = ON").close()  # else a REPLACE deletes unseen
        for statement in _triggers():
            database.execute(statement).close()

    def mark(self) -> tuple[int, ...]:
        """A place to come back to with `back_to`."""
        return tuple(self._sums)

    def back_to(self, mark: tuple[int, ...]) -> None:
        """The rows that changed since `mark` are as before: their savepoint was rolled back."""
        self._sums[:] = mark

    def save(self, database: Database) -> SumsStamp:
        """Write them if they changed, at the end of the transaction; what holds from then on."""
        if self._sums != self._saved:
            self._saved = list(self._sums)
            sums = dict(zip((table.name for table in SUMMED), self._sums, strict=True))
            self._stamp = _save(database, self._stamp.version + 1, sums)
        return self._stamp

    def _take(self, sign: int, table: int, *columns: SqlValue) -> None:
        self._sums[table] = (self._sums[table] + sign * self._hash.of(SUMMED[table].name, columns)) % _MODULUS


class RowHash:
    """The number that a row counts for; keyed by the store."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, table: str, columns: Iterable[SqlValue]) -> int:
        """256 bits."""
        content = _encode((table, *columns))
        return int.from_bytes(hashlib.blake2b(content, key=self._key, digest_size=32).digest())


def sum_of(database: Database, table: SummedTable, row_hash: RowHash) -> int:
    """As the table's rows are now; reads them all."""
    rows = database.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}")  # noqa: S608
    return sum(row_hash.of(table.name, row) for row in rows) % _MODULUS


def sum_existing(database: Database, key: bytes, *, above: int = 0) -> None:
    """Take all tables that there are, inside a transaction; the version is more than it was and than `above`."""
    row_hash = RowHash(key)
    there = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    sums = {table.name: sum_of(database, table, row_hash) for table in SUMMED if table.name in there}
    version = database.fetch_value("SELECT sums_version FROM archive_state")
    _save(database, max(version if isinstance(version, int) else 0, above) + 1, sums)


def _save(database: Database, version: int, sums: Mapping[str, int]) -> SumsStamp:
    content = _encode({name: value.to_bytes(32) for name, value in sums.items()})
    database.execute(_SAVE, (version, content)).close()
    return _stamp(version, content)


def _stamp(version: int, content: bytes) -> SumsStamp:
    return SumsStamp(version=version, sha256=hashlib.sha256(content).digest())


def _triggers() -> Iterator[str]:
    for number, table in enumerate(SUMMED):
        old, new = (", ".join(f"{side}.{column}" for column in table.columns) for side in ("old", "new"))
        gone, come = f"{_FUNCTION}(-1, {number}, {old})", f"{_FUNCTION}(1, {number}, {new})"
        for when, what in (
            ("INSERT", come),
            ("DELETE", gone),
            (f"UPDATE OF {', '.join(table.columns)}", f"{gone}, {come}"),
        ):
            name = f"sums_{table.name}_{when[:6].lower()}"
            yield f"CREATE TEMP TRIGGER {name} AFTER {when} ON main.{table.name} BEGIN SELECT {what}; END"
