"""No text of a phone can make the parsers invent, drop or change a row: they give the truth or refuse."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adb_bridge.collectors.sms_rows import page_query, parse_page
from adb_bridge.content_query import column_names, judge, parse_bulk, parse_ids, parse_numbers, parse_single
from adb_bridge.errors import AdbBridgeError, ParseError
from adb_bridge.readings import (
    read_battery,
    read_credential,
    read_device_locked,
    read_epoch,
    read_wakefulness,
)
from adb_bridge.records import SmsRow
from adb_bridge.session import ShellOutput
from adb_bridge.shell_batch import split_sections
from adb_bridge.shell_protocol import PacketId, ShellDecoder
from adb_bridge.signals import SignalReader
from adb_bridge.tracking import parse_transports

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PIECES = (
    "\nRow: 0 _id=1, ", "\nRow: 1 _id=2, ", "\nRow: 1 _id=3, date=7, number=", "Row: ", "\n", ", number=", ", name=",
    ", date=5", "NULL", "=", ", ", "_id=", "No result found.\n", "[ERROR]", "a", "金", "\0", "\x1b]52;c;x\x07",
    "\u202e",
)  # fmt: skip
hostile_text = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)
cell = st.none() | hostile_text
garbage = st.binary(max_size=400) | st.lists(
    st.sampled_from([piece.encode() for piece in PIECES]) | st.binary(max_size=4), max_size=20
).map(b"".join)


def print_like_aosp(names: Sequence[str], rows: Sequence[Sequence[int | str | None]]) -> bytes:
    """Content.java: `Row: <i> <column>=<value>, …`, no quoting, NULL as a word."""
    lines = []
    for index, row in enumerate(rows):
        fields = ", ".join(
            f"{name}={'NULL' if value is None else value}" for name, value in zip(names, row, strict=True)
        )
        lines.append(f"Row: {index} {fields}\n")
    return "".join(lines).encode(errors="replace")


@st.composite
def call_tables(draw: st.DrawFn) -> list[tuple[int, int | None, str | None, str | None]]:
    ids = sorted(draw(st.sets(st.integers(1, 6) | st.integers(1, 10**12), max_size=6)))
    return [(row_id, draw(st.none() | st.integers(-5, 10**13)), draw(cell), draw(cell)) for row_id in ids]


@given(call_tables())
@settings(max_examples=600)
@example([(1, 5, "x\nRow: 1 _id=2, date=5, number=9, name=z", "y"), (2, 5, "9", "z")])
@example([(1, 5, "9, name=a", "b")])
@example([(1, None, "\nRow: 1 _id=2, date=7, number=", ""), (2, 7, "", "")])
def test_bulk_gives_the_rows_or_refuses(table: list[tuple[int, int | None, str | None, str | None]]) -> None:
    printed = print_like_aosp(("_id", "date", "number", "name"), table)
    rows = parse_bulk(printed, [row[0] for row in table], numbers=("date",), texts=("number", "name"))
    if rows is None:
        return
    assert [(row.row_id, row.numbers, row.texts) for row in rows] == [
        (row_id, (date,), tuple(b"NULL" if text is None else text.encode(errors="replace") for text in texts))
        for row_id, date, *texts in table
    ]


@given(st.lists(st.text("abc 金,=", max_size=6), min_size=1, max_size=5))
def test_bulk_accepts_harmless_text(names: list[str]) -> None:
    table = [(index + 1, index, name, "x") for index, name in enumerate(names)]
    printed = print_like_aosp(("_id", "date", "number", "name"), table)
    assert parse_bulk(printed, range(1, len(names) + 1), numbers=("date",), texts=("number", "name")) is not None


@given(call_tables(), st.lists(st.integers(1, 8), max_size=6))
def test_bulk_with_other_ids_refuses(
    table: list[tuple[int, int | None, str | None, str | None]], ids: list[int]
) -> None:
    truth = [row[0] for row in table]
    printed = print_like_aosp(("_id", "date", "number", "name"), table)
    if ids != truth:
        rows = parse_bulk(printed, ids, numbers=("date",), texts=("number", "name"))
        # A shorter answer must not pass for a longer one, nor the other way round.
        assert rows is None or [row.row_id for row in rows] == ids
        assert rows is None or len(rows) == len(truth) or any("\nRow: " in str(row) for row in table)


@given(hostile_text)
def test_a_single_column_comes_back_as_it_is(text: str) -> None:
    printed = print_like_aosp(("name",), [(text,)])
    assert parse_single(printed, "name", source="t") == text.encode(errors="replace")


sms_cell = st.none() | hostile_text.map(lambda text: text.encode(errors="replace")) | st.binary(max_size=12)


@given(st.lists(st.tuples(sms_cell, sms_cell, st.integers(-1, 2**62)), max_size=8))
@settings(max_examples=200)
def test_messages_come_back_byte_for_byte(rows: list[tuple[bytes | None, bytes | None, int]]) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER,"
        " read INTEGER, type INTEGER, body TEXT, sub_id INTEGER)"
    )
    database.executemany(
        "INSERT INTO sms VALUES (NULL, 3, CAST(? AS TEXT), ?, 0, 1, 1, CAST(? AS TEXT), NULL)",
        [(address, date, body) for address, body, date in rows],
    )
    query = page_query(above=0, up_to=None, rows=100)
    cursor = database.execute(
        f"SELECT {', '.join(query.projection)} FROM sms WHERE {query.where} ORDER BY {query.sort}"
    )
    names = [column[0] for column in cursor.description]
    printed = print_like_aosp(names, cursor.fetchall())
    database.close()
    page = parse_page(printed, collected_at=NOW)
    read = [record.row for record in page.items]
    assert all(isinstance(row, SmsRow) for row in read)
    assert [(row.address, row.body, row.date_ms) for row in read if isinstance(row, SmsRow)] == rows
    assert page.ids == list(range(1, len(rows) + 1))


@given(garbage)
@settings(max_examples=300)
def test_parsers_are_total_on_any_bytes(noise: bytes) -> None:
    for parse in (
        lambda: parse_page(noise, collected_at=NOW),
        lambda: parse_ids(noise, source="t"),
        lambda: parse_numbers(noise, ("a", "b"), source="t"),
        lambda: parse_single(noise, "name", source="t"),
        lambda: split_sections(noise, b"@@0", 2),
    ):
        try:
            parse()
        except ParseError as error:
            assert len(noise) < 20 or noise.decode(errors="replace") not in str(error)
    parse_bulk(noise, [1, 2], numbers=("date",), texts=("number",))
    column_names(noise, ("number", "name"))
    read_battery(noise)
    read_wakefulness(noise)
    read_device_locked(noise)
    read_credential(noise)
    read_epoch(noise)
    SignalReader().read(noise)
    parse_transports(noise)


@given(garbage, garbage, st.integers(0, 255))
def test_judging_an_answer_is_total_and_tells_nothing(stdout: bytes, stderr: bytes, exit_code: int) -> None:
    try:
        answer = judge(ShellOutput(stdout=stdout, stderr=stderr, exit_code=exit_code), source="t")
    except AdbBridgeError as error:
        assert len(str(error)) < 80
    else:
        assert answer in {b"", stdout}


@given(
    st.lists(st.tuples(st.sampled_from([PacketId.STDOUT, PacketId.STDERR]), st.binary(max_size=50)), max_size=8),
    st.integers(0, 255),
    st.lists(st.integers(1, 30), min_size=1, max_size=20),
)
def test_shell_packets_survive_any_cutting(
    packets: list[tuple[PacketId, bytes]], exit_code: int, cuts: list[int]
) -> None:
    wire = b"".join(bytes([kind]) + len(body).to_bytes(4, "little") + body for kind, body in packets)
    wire += b"\x03\x01\0\0\0" + bytes([exit_code]) + b"what follows is ignored"
    decoder = ShellDecoder()
    out = err = b""
    position = 0
    while position < len(wire):
        step = cuts[position % len(cuts)]
        more_out, more_err = decoder.feed(wire[position : position + step])
        out, err, position = out + more_out, err + more_err, position + step
    assert out == b"".join(body for kind, body in packets if kind is PacketId.STDOUT)
    assert err == b"".join(body for kind, body in packets if kind is PacketId.STDERR)
    assert decoder.exit_code == exit_code


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_shell_decoder_is_total(chunks: list[bytes]) -> None:
    decoder = ShellDecoder()
    try:
        for chunk in chunks:
            decoder.feed(chunk)
    except ParseError:
        pass


TRUST = b' User "%s" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=%d, strongAuthRequired=0x0\n'


def test_a_user_name_cannot_forge_the_lock_state() -> None:
    forged = b'x" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1, y'
    for name in (forged, b'x"\n User "' + forged):
        assert read_device_locked(b"Trust manager state:\n" + TRUST % (name, 0)) is not True


@pytest.mark.parametrize("name", [b"Owner", "老板".encode(), b'a "quoted" (name)'])
def test_lock_state_is_read_for_any_name(name: bytes) -> None:
    assert read_device_locked(TRUST % (name, 1)) is True
