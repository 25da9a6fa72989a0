"""Whatever a person does to the messages and calls of a phone, in whatever order, the collectors end with the truth.

The phone here is a SQLite table that answers `content query` as AOSP prints it; the wire is tested elsewhere.
"""

import asyncio
import re
import shlex
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.collectors.base import Collector
from adb_bridge.collectors.call_log import CallLogCollector
from adb_bridge.collectors.messages import Pace
from adb_bridge.collectors.sms import SmsCollector
from adb_bridge.records import CallRow, SmsRow
from adb_bridge.session import Session, ShellOutput
from tests.integration.bridge_support import CLOCK, Shelf

TEXTS = ("hi", "", "NULL", "a\nRow: 1 _id=2, date=5, number=1", ", name=x", "Row: 0 _id=1, ", "金")
LIMIT = re.compile(r"[?&]limit=(\d+)")


class PaperPhone:
    """A `Session` for collectors, without a phone."""

    def __init__(self, schema: str, table: str, visible: str) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.execute(schema)
        self.polls = asyncio.Lock()
        self._table = f"(SELECT * FROM {table} WHERE {visible})"

    async def shell(self, command: str, *, timeout_s: float, max_bytes: int = 1 << 20) -> ShellOutput:
        words = shlex.split(command)
        if words[0] == "getprop":
            return ShellOutput(stdout=b"true\n", stderr=b"", exit_code=0)
        arguments = dict(zip(words[2::2], words[3::2], strict=True))
        uri = arguments["--uri"]
        where = arguments.get("--where", "1")
        if (row := re.search(r"/(\d+)$", uri)) is not None:
            where = f"({where}) AND _id={row[1]}"
        sql = f"SELECT {arguments.get('--projection', '*').replace(':', ', ')} FROM {self._table} WHERE {where}"
        if "--sort" in arguments:
            sql += f" ORDER BY {arguments['--sort']}"
        if (limit := LIMIT.search(uri)) is not None:
            sql += f" LIMIT {limit[1]}"
        cursor = self.database.execute(sql)
        names = [column[0] for column in cursor.description]
        lines = [
            f"Row: {index} "
            + ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in zip(names, row, strict=True))
            + "\n"
            for index, row in enumerate(cursor.fetchall())
        ]
        return ShellOutput(stdout="".join(lines).encode() or b"No result found.\n", stderr=b"", exit_code=0)


SMS = """CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER DEFAULT 1, address TEXT, date INTEGER DEFAULT 5,
date_sent INTEGER DEFAULT 0, type INTEGER, read INTEGER DEFAULT 0, body TEXT, sub_id INTEGER DEFAULT 1)"""
CALLS = """CREATE TABLE calls (_id INTEGER PRIMARY KEY AUTOINCREMENT, date INTEGER DEFAULT 5,
duration INTEGER DEFAULT 1, type INTEGER DEFAULT 1, presentation INTEGER DEFAULT 1,
last_modified INTEGER DEFAULT 9, subscription_id TEXT,
number TEXT, name TEXT)"""

Step = tuple[str, int, str | None]
steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "add", "send", "sent", "delete", "delete_last", "edit", "collect", "sweep"]),
        st.integers(0, 40),
        st.none() | st.sampled_from(TEXTS),
    ),
    max_size=60,
)


def act_on_sms(phone: PaperPhone, step: Step) -> None:
    action, which, text = step
    run = phone.database.execute
    match action:
        case "add":
            for _ in range(which % 5 + 1):
                run("INSERT INTO sms (address, type, body) VALUES ('1', 1, ?)", (text,))
        case "send":
            run("INSERT INTO sms (address, type, body) VALUES ('1', 4, ?)", (text,))
        case "sent":
            run("UPDATE sms SET type=2 WHERE type=4")
        case "delete":
            run("DELETE FROM sms WHERE _id=?", (which,))
        case "delete_last":
            run("DELETE FROM sms WHERE _id>(SELECT max(_id)-? FROM sms)", (which % 25,))
        case "edit":
            run("UPDATE sms SET body=? WHERE _id=?", (text, which))


def act_on_calls(phone: PaperPhone, step: Step) -> None:
    action, which, text = step
    run = phone.database.execute
    match action:
        case "add":
            for _ in range(which % 5 + 1):
                run("INSERT INTO calls (number, name, subscription_id) VALUES (?, ?, '1')", (text, TEXTS[which % 7]))
        case "delete":
            run("DELETE FROM calls WHERE _id=?", (which,))
        case "delete_last":
            run("DELETE FROM calls WHERE _id>(SELECT max(_id)-? FROM calls)", (which % 25,))
        case "edit":
            run("UPDATE calls SET name=? WHERE _id=?", (text, which))


async def play(phone: PaperPhone, shelf: Shelf, script: list[Step], act: Callable[[PaperPhone, Step], None]) -> None:
    session = cast("Session", phone)
    for step in script:
        match step[0]:
            case "collect":
                await shelf.collect(session)
            case "sweep" if shelf.cursor is not None:
                await shelf.sweep(session)
            case _:
                act(phone, step)
    for _ in range(12):
        await shelf.collect(session)
        await shelf.sweep(session)


def run_script(phone: PaperPhone, collector: Collector, script: list[Step], act: Callable[..., None]) -> Shelf:
    shelf = Shelf(collector)
    # Pages smaller than the tail that is read again: every border is crossed in every way.
    with patch.multiple("adb_bridge.collectors.call_log", _PAGE=7, _SWEEP_ROWS=8):
        asyncio.run(play(phone, shelf, script, act))
    return shelf


@given(steps)
@settings(max_examples=150, deadline=None)
def test_messages_end_as_they_are_on_the_phone(script: list[Step]) -> None:
    phone = PaperPhone(SMS, "sms", "type IN (1, 2)")
    shelf = run_script(phone, SmsCollector(CLOCK, Pace(start=7, poll=7, largest=9, sweep=6)), script, act_on_sms)
    truth = {
        row_id: None if body is None else body.encode()
        for row_id, body in phone.database.execute("SELECT _id, body FROM sms WHERE type IN (1, 2)")
    }
    phone.database.close()
    read = {
        row_id: record.row.body
        for row_id, record in shelf.rows.items()
        if isinstance(record.row, SmsRow) and row_id not in shelf.absent
    }
    if truth:
        assert read == truth
    else:
        assert truth.items() <= read.items()


@given(steps)
@settings(max_examples=100, deadline=None)
def test_calls_end_as_they_are_on_the_phone(script: list[Step]) -> None:
    phone = PaperPhone(CALLS, "calls", "1")
    shelf = run_script(phone, CallLogCollector(CLOCK), script, act_on_calls)
    truth = {
        row_id: (number, name) for row_id, number, name in phone.database.execute("SELECT _id, number, name FROM calls")
    }
    phone.database.close()
    read = {
        row_id: (record.row.number, record.row.cached_name)
        for row_id, record in shelf.rows.items()
        if isinstance(record.row, CallRow) and row_id not in shelf.absent
    }
    # Below the oldest row that is left nothing is concluded: the provider forgets old calls by itself.
    floor = min(truth, default=10**9)
    assert {row_id: row for row_id, row in read.items() if row_id >= floor} == truth


def test_the_clock_of_records_is_ours() -> None:
    phone = PaperPhone(SMS, "sms", "type IN (1, 2)")
    act_on_sms(phone, ("add", 0, "hi"))
    shelf = run_script(phone, SmsCollector(CLOCK, Pace(start=7, poll=7, largest=9, sweep=6)), [], act_on_sms)
    assert abs((datetime.now(UTC) - shelf.rows[1].collected_at).total_seconds()) < 60
