"""Whether the tables that the ledger does not hold are as the archive left them: no older page of them was put back."""

from collections.abc import Iterator
from typing import Final

import msgspec

from crypto.database import Database
from crypto.head_log import HeadLog

from .records import VerifyProblem
from .table_sums import SUMMED, RowHash, StoredSums, sum_existing, sum_of

HEADS: Final = "heads"
COUNTERS: Final = "event_count"
"""The name of the counters of records, which are a column of `devices`."""
_BRING_BACK: Final = """
INSERT OR IGNORE INTO heads (size, signed_at, note)
SELECT s.size, coalesce((SELECT max(h.signed_at) FROM heads h WHERE h.size < s.size), 0), s.note
FROM (SELECT ? AS size, ? AS note) s, archive_state a
WHERE a.origin = ? AND s.size < a.ledger_size"""
"""When it was signed is not in a head: not before the one before it."""
_NEWEST_HEAD: Final = "SELECT sums_version, sums FROM heads ORDER BY size DESC LIMIT 1"
_WRONG_COUNT: Final = """
SELECT 1 FROM devices d LEFT JOIN (SELECT device_no, count(*) AS events FROM events GROUP BY device_no) e
  ON e.device_no = d.device_no
WHERE d.event_count <> coalesce(e.events, 0) LIMIT 1"""
_COUNT_ANEW: Final = """
UPDATE devices SET event_count = (SELECT count(*) FROM events e WHERE e.device_no = devices.device_no)"""

Finding = tuple[VerifyProblem, str]


def first_old_table(database: Database, key: bytes) -> Finding | None:
    """`table:NAME` of the first table that is other than its sum; `archive_state` when the sums are older than a head.

    Inside a snapshot. What changed after the newest signed head is not bound by one: of that, sums and tables put back
    together are not found.
    """
    name = next(_old_tables(database, key), None)
    return None if name is None else (VerifyProblem.TABLE_OLD, f"table:{name}")


def take_as_they_are(database: Database, key: bytes, outside: HeadLog) -> tuple[str, ...]:
    """Have counters, heads and sums follow from what is there now; names of what was wrong. `verify` passes it then.

    Nothing else may have the archive open. Raises what reading the log of heads raises.
    """
    with database.transaction():
        version = database.fetch_value("SELECT max(sums_version) FROM heads")
        wrong = list(_old_tables(database, key))
        if _bring_heads_back(database, outside):
            wrong.append(HEADS)
        if wrong:
            database.execute(_COUNT_ANEW).close()
            sum_existing(database, key, above=version if isinstance(version, int) else 0)
    return tuple(wrong)


def _old_tables(database: Database, key: bytes) -> Iterator[str]:
    try:
        stored = StoredSums.of(database)
    except (msgspec.MsgspecError, OverflowError):
        yield "archive_state"
        return
    match database.fetch_one(_NEWEST_HEAD):
        case (int(version), bytes(digest)):
            stamp = stored.stamp
            if stamp.version < version or (stamp.version == version and stamp.sha256 != digest):
                yield "archive_state"
        case _:  # signed before there were sums
            pass
    row_hash = RowHash(key)
    for table in SUMMED:
        if sum_of(database, table, row_hash) != stored.sums.get(table.name, 0):
            yield table.name
    if database.fetch_one(_WRONG_COUNT) is not None:
        yield COUNTERS


def _bring_heads_back(database: Database, outside: HeadLog) -> int:
    """Those that the log of heads has and the archive lacks; `verify` looks at their signatures."""
    heads = [(head.size, head.note, head.origin) for head in outside.read_all().heads]
    return database.executemany(_BRING_BACK, heads)
