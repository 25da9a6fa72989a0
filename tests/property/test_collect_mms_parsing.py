"""Parsers of MMS, call lists and batches: total on arbitrary bytes, and what a phone prints comes back."""

import contextlib
import sqlite3
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.collectors import mms_rows
from adb_bridge.content_batch import split_answers
from adb_bridge.content_query import require_accepted
from adb_bridge.errors import ParseError, ShellCommandError
from adb_bridge.session import ShellOutput

MARK = b"@@0123456789abcdef"
PARSERS: tuple[Callable[[bytes], object], ...] = (
    mms_rows.parse_heads,
    mms_rows.parse_parts,
    mms_rows.parse_texts,
    mms_rows.parse_addresses,
    mms_rows.MmsTable().first_id,
)
PIECES = (
    b"Row: 0 ", b"_id=1, ", b"mid=1, ", b"seq=NULL, ", b"typeof(text)=text", b"hex(address)=4", b"hex(text)=FF\n",
    b"type=137, ", b"\n", b"date=9999999999999999999, ", b"No result found.\n", MARK + b" 0\n", MARK + b"\n",
)  # fmt: skip
noise = st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)
cell = st.none() | st.binary(max_size=30)


@given(noise)
@settings(max_examples=300)
def test_parsers_are_total(data: bytes) -> None:
    for parse in PARSERS:
        try:
            parse(data)
        except ParseError as error:
            assert len(str(error)) < 80


@given(noise, noise, st.integers(1, 4), st.integers(0, 255))
@settings(max_examples=300)
def test_batches_are_total(stdout: bytes, stderr: bytes, count: int, code: int) -> None:
    output = ShellOutput(stdout=stdout, stderr=stderr, exit_code=code)
    with contextlib.suppress(ParseError):
        assert len(split_answers(output, MARK, count)) == count
    try:
        require_accepted(output)
    except ShellCommandError as error:
        assert len(str(error)) < 80


@given(st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20)), min_size=1, max_size=4))
def test_answers_of_a_batch_come_back(answers: list[tuple[bytes, bytes]]) -> None:
    stdout = b"".join(out + MARK + b" 0\n" for out, _ in answers)
    stderr = b"".join(err + MARK + b"\n" for _, err in answers)
    got = split_answers(ShellOutput(stdout=stdout, stderr=stderr, exit_code=0), MARK, len(answers))
    assert [(one.stdout, one.stderr) for one in got] == answers


def printed(database: sqlite3.Connection, columns: tuple[str, ...], table: str) -> bytes:
    """As AOSP's `content` prints."""
    cursor = database.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY _id")
    names = [column[0] for column in cursor.description]
    lines = [
        f"Row: {index} "
        + ", ".join(f"{name}={'NULL' if value is None else value}" for name, value in zip(names, row, strict=True))
        for index, row in enumerate(cursor.fetchall())
    ]
    return "".join(f"{line}\n" for line in lines).encode()


@given(st.lists(st.tuples(cell, cell, cell, cell, cell, st.booleans()), max_size=6))
@settings(max_examples=150, deadline=None)
def test_parts_come_back_byte_for_byte(
    rows: list[tuple[bytes | None, bytes | None, bytes | None, bytes | None, bytes | None, bool]],
) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, seq INTEGER, chset INTEGER, ct TEXT, cl TEXT,"
        " fn TEXT, name TEXT, text TEXT, _data TEXT)"
    )
    database.executemany(
        "INSERT INTO part VALUES (NULL, 1, 0, 106, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT),"
        " CAST(? AS TEXT), ?)",
        [(kind, cl, fn, name, text, "/data/x" if is_file else None) for kind, cl, fn, name, text, is_file in rows],
    )
    query = mms_rows.part_query(mms_rows.PARTS, [1])
    parts = mms_rows.parse_parts(printed(database, query.projection, "part"))
    texts = mms_rows.parse_texts(printed(database, mms_rows.text_query([1]).projection, "part"))
    database.close()
    assert [texts[part.part_id] for part in parts] == [row[4] for row in rows]
    assert [part.is_file for part in parts] == [row[5] for row in rows]
    assert [part.content_type.encode() for part in parts] == [
        (row[0] or b"").decode(errors="replace").encode() for row in rows
    ]
