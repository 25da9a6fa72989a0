"""The product's insert path against bare SQLCipher, and that against plain SQLite: the same rows, the same disk.

One round inserts the next rows six times, one after the other: by `Archive.ingest` (records sealed, ledger leaves,
full-text and blind index, cursors, a few alerts, an audit entry every fifth batch), into a bare table of the same
library with a key, and into the same table without one. A ratio is of one round; the figures are medians of all rounds,
so that what else the machine does meets all alike.

What the floors do: one table with the events' columns in the clear; `executemany` of rows made beforehand, a
transaction of 1,000 rows, WAL, synchronous=FULL, secure_delete and cache as the product has them. They look nothing up,
commit to nothing and find no words. They differ:
- `same_finds`: a row is found in every way the product finds one but by words: by public id, row of a phone, phone,
  time, conversation, conversation by time. The goal is against this one.
- `tuned`: the same, with rows of the types that the binding takes fastest (bytearray for bytes, None left out), as the
  product does it.
- `same_btrees`: the B-trees that the product's table has; it finds public ids by its full-text index.
- `lean`: row of a phone, time, conversation.
"""

import asyncio
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adb_bridge.records import Source
from crypto.database import Database, OpenMode, SqlParameter, open_database
from daemon.archive.archive import Archive
from daemon.archive.codes import DIRECTION_CODES, KIND_CODES, SOURCE_CODES, stored_key, to_micros
from daemon.events import CollectedEvent, Ingest, JudgedEvent
from policies.model import Hit, How, Severity, Verdict

from .million import BATCH, Store, audit_entry, enrol_phones, ingest_of
from .process import new_state
from .synthetic import CALL_EVERY, PHONES, Slice, events

ROUNDS: Final = int(os.environ.get("SHOPWARDEN_BENCH_ROUNDS", "15"))
BATCHES_A_ROUND: Final = 6
IN_FLIGHT: Final = 2
"""One batch is written while the next one waits: each is a commit of its own."""
ALERT_EVERY: Final = 200
AUDIT_EVERY: Final = 5

_TABLE: Final = """
CREATE TABLE floor (
  id INTEGER PRIMARY KEY, event_id BLOB NOT NULL, device_no INTEGER NOT NULL, kind INTEGER NOT NULL,
  source INTEGER NOT NULL, source_key ANY NOT NULL, occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  direction INTEGER NOT NULL, peer TEXT, conversation_no INTEGER, body BLOB, attributes TEXT NOT NULL, text TEXT
) STRICT"""
_LEAN_INDEXES: Final = (
    "CREATE UNIQUE INDEX floor_by_key ON floor (device_no, source, source_key)",
    "CREATE INDEX floor_by_time ON floor (occurred_at)",
    "CREATE INDEX floor_by_conversation ON floor (conversation_no)",
)
_BTREE_INDEXES: Final = (
    *_LEAN_INDEXES,
    "CREATE INDEX floor_by_device ON floor (device_no)",
    "CREATE INDEX floor_by_conversation_time ON floor (conversation_no, occurred_at)",
)
_INSERT: Final = "INSERT INTO floor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_TUNED: Final = """
INSERT INTO floor (id, event_id, device_no, kind, source, source_key, occurred_at, received_at, direction, peer,
                   conversation_no, body, attributes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_INDEXES: Final = (*_BTREE_INDEXES, "CREATE UNIQUE INDEX floor_by_id ON floor (event_id)")

BareRow = tuple[SqlParameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Seconds for the same rows."""

    product_s: float
    sqlcipher_s: float
    tuned_s: float
    btrees_s: float
    lean_s: float
    sqlite_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Databases that the same rows go to."""

    encrypted: Database
    tuned: Database
    btrees: Database
    lean: Database
    plain: sqlite3.Connection


async def run() -> dict[str, float | int | str]:
    """ROUNDS rounds of BATCHES_A_ROUND batches; the first round warms up and is not counted."""
    with tempfile.TemporaryDirectory(prefix="shopwarden-bench-") as name:
        folder = Path(name)
        new_state(folder, [])
        store = Store(folder=folder, rows=0, built_in_s=0.0)
        archive = store.open(OpenMode.READ_WRITE if store.paths.archive.exists() else OpenMode.CREATE)
        floors = Floors(
            encrypted=_encrypted(folder / "floor.db", _INDEXES),
            tuned=_encrypted(folder / "tuned.db", _INDEXES),
            btrees=_encrypted(folder / "btrees.db", _BTREE_INDEXES),
            lean=_encrypted(folder / "lean.db", _LEAN_INDEXES),
            plain=_plain(folder / "plain.db"),
        )
        try:
            await enrol_phones(archive)
            rounds = [await _round(archive, floors, number) for number in range(ROUNDS + 1)][1:]
        finally:
            await archive.close()
            floors.encrypted.close()
            floors.tuned.close()
            floors.btrees.close()
            floors.lean.close()
            floors.plain.close()
    return _figures(rounds)


def _figures(rounds: Sequence[Round]) -> dict[str, float | int | str]:
    rows = BATCHES_A_ROUND * BATCH
    return {
        "rounds": len(rounds),
        "rows_a_round": rows,
        "batch": BATCH,
        "product_rows_per_s": rows / statistics.median(one.product_s for one in rounds),
        "sqlcipher_rows_per_s": rows / statistics.median(one.sqlcipher_s for one in rounds),
        "sqlite_rows_per_s": rows / statistics.median(one.sqlite_s for one in rounds),
        "ratio_product_to_sqlcipher": statistics.median(one.sqlcipher_s / one.product_s for one in rounds),
        "worst_round": min(one.sqlcipher_s / one.product_s for one in rounds),
        "goal_ratio": 0.5,
        "tuned_rows_per_s": rows / statistics.median(one.tuned_s for one in rounds),
        "ratio_product_to_tuned": statistics.median(one.tuned_s / one.product_s for one in rounds),
        "same_btrees_rows_per_s": rows / statistics.median(one.btrees_s for one in rounds),
        "ratio_product_to_same_btrees": statistics.median(one.btrees_s / one.product_s for one in rounds),
        "lean_sqlcipher_rows_per_s": rows / statistics.median(one.lean_s for one in rounds),
        "ratio_product_to_lean": statistics.median(one.lean_s / one.product_s for one in rounds),
        "ratio_sqlcipher_to_sqlite": statistics.median(one.sqlite_s / one.sqlcipher_s for one in rounds),
    }


async def _round(archive: Archive, floors: Floors, number: int) -> Round:
    made = _rows_of(number)
    batches = [made[first : first + BATCH] for first in range(0, len(made), BATCH)]
    wanted = [_with_alerts(ingest_of(rows[0].device, rows[0].source, rows)) for rows in batches]
    bare_rows = [_bare(event, number * len(made) + at) for at, event in enumerate(made, 1)]
    bare = [bare_rows[first : first + BATCH] for first in range(0, len(bare_rows), BATCH)]
    tuned = [[_tuned(row) for row in rows] for rows in bare]
    return Round(
        product_s=await _product_s(archive, wanted),
        sqlcipher_s=_bare_s(bare, lambda rows: _insert_encrypted(floors.encrypted, rows)),
        tuned_s=_bare_s(tuned, lambda rows: _insert_tuned(floors.tuned, rows)),
        btrees_s=_bare_s(bare, lambda rows: _insert_encrypted(floors.btrees, rows)),
        lean_s=_bare_s(bare, lambda rows: _insert_encrypted(floors.lean, rows)),
        sqlite_s=_bare_s(bare, lambda rows: _insert_plain(floors.plain, rows)),
    )


def _rows_of(number: int) -> list[CollectedEvent]:
    """Messages of the phones in turn; whole batches."""
    rows: list[CollectedEvent] = []
    for batch in range(BATCHES_A_ROUND):
        at = number * BATCHES_A_ROUND + batch
        wanted = Slice(
            device=PHONES[at % len(PHONES)],
            first=at // len(PHONES) * 2 * BATCH + 1,
            count=BATCH * CALL_EVERY // (CALL_EVERY - 1) + 2,
        )
        rows += [event for event in events(wanted) if event.source is Source.SMS][:BATCH]
    return rows


def _with_alerts(ingest: Ingest) -> Ingest:
    judged = tuple(
        JudgedEvent(event=one.event, verdicts=(_VERDICT,)) if at % ALERT_EVERY == 0 else one
        for at, one in enumerate(ingest.judged)
    )
    return replace(ingest, judged=judged)


async def _product_s(archive: Archive, wanted: Sequence[Ingest]) -> float:
    started = time.perf_counter()
    room = asyncio.Semaphore(IN_FLIGHT)

    async def insert(at: int, ingest: Ingest) -> None:
        try:
            await archive.ingest(ingest)
            if at % AUDIT_EVERY == 0:
                await audit_entry(archive)
        finally:
            room.release()

    tasks = []
    for at, ingest in enumerate(wanted):
        await room.acquire()
        tasks.append(asyncio.create_task(insert(at, ingest)))
    await asyncio.gather(*tasks)
    return time.perf_counter() - started


def _bare_s(batches: Sequence[Sequence[BareRow]], insert: Callable[[Sequence[BareRow]], None]) -> float:
    started = time.perf_counter()
    for rows in batches:
        insert(rows)
    return time.perf_counter() - started


def _insert_encrypted(database: Database, rows: Sequence[BareRow]) -> None:
    with database.transaction():
        database.executemany(_INSERT, rows)


def _insert_tuned(database: Database, rows: Sequence[BareRow]) -> None:
    with database.transaction():
        database.executemany(_INSERT_TUNED, rows)


def _insert_plain(connection: sqlite3.Connection, rows: Sequence[BareRow]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_INSERT, rows)
    connection.execute("COMMIT")


def _encrypted(path: Path, indexes: Sequence[str]) -> Database:
    database = open_database(path, os.urandom(32), OpenMode.CREATE)
    for sql in (_TABLE, *indexes):
        database.execute(sql)
    return database


def _plain(path: Path) -> sqlite3.Connection:
    """The same library without a key, set as `crypto.opening` sets it."""
    from sqlcipher3 import dbapi2  # noqa: PLC0415  ships no types; the product's own door insists on a key

    connection: sqlite3.Connection = dbapi2.connect(str(path), isolation_level=None)
    for name, value in (
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("secure_delete", "1"),
        ("cell_size_check", "1"),
        ("foreign_keys", "1"),
        ("cache_size", "-16384"),
        ("wal_autocheckpoint", "4000"),
        ("temp_store", "2"),
    ):
        connection.execute(f"PRAGMA {name} = {value}").close()
    for sql in (_TABLE, *_INDEXES):
        connection.execute(sql)
    return connection


def _bare(event: CollectedEvent, number: int) -> BareRow:
    conversation = None if event.peer_key is None else int(event.peer_key[-8:])
    return (
        number, event.token, PHONES.index(event.device), KIND_CODES[event.kind], SOURCE_CODES[event.source],
        stored_key(event.source_key), to_micros(event.occurred_at), to_micros(event.received_at),
        DIRECTION_CODES[event.direction], event.peer, conversation, event.body, event.attributes, None,
    )  # fmt: skip


def _tuned(row: BareRow) -> BareRow:
    """The same row without its last column, which is NULL."""
    return tuple(bytearray(value) if isinstance(value, bytes) else value for value in row[:-1])


_VERDICT: Final = Verdict(
    rule_id="kickback.cash",
    rule_title={"en": "Kickback", "zh": "回扣"},
    category="fraud",
    severity=Severity.HIGH,
    hits=(
        Hit(
            start=0,
            end=2,
            rule_id="kickback.cash",
            word="回扣",
            category="fraud",
            severity=Severity.HIGH,
            how=How.EXACT,
        ),
    ),  # fmt: skip
    ruleset_version="bench@1+00000000",
)
