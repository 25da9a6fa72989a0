"""Readers of imports: total on any bytes, indifferent to where a file is cut into pieces, true to what was written."""

import contextlib
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.records import CallRow, SmsRow
from daemon.api.importing import ImportKind
from daemon.importing.backup_xml import read_backup
from daemon.importing.csv_rows import plan_of, read_csv, with_order
from daemon.importing.csv_times import DateOrder, UnclearDateError, read_duration, read_moment
from daemon.importing.csv_words import column_of, direction_of
from daemon.importing.files import Survey, survey_of
from daemon.importing.found import Ending, Found, FoundRow, Problem, Refused, RefusedOne
from daemon.importing.kinds import UnknownFormatError, plan_file
from daemon.importing.recording_file import recording_of
from daemon.importing.xml_mending import mended, xml_encoding

ZONE: Final = ZoneInfo("Asia/Shanghai")
FRAGMENTS: Final = (
    b"<smses>", b"</smses>", b"<calls>", b'<sms address="1" date="5" type="1" body="', b'"/>',
    b"<mms date='1' msg_box='1'>", b"<parts><part ct='a' data='AAEC'/>", b"</mms>", b"<addr address='2' type='137'/>",
    b"&#55357;", b"&#56832;", b"&#xD83D;", b"&", b"&#", b"&#553", b"\xed\xa0\xbd", b"\xed\xb8\x80", b"\xed", b"\x00",
    b"\xff\xfe", b"<!DOCTYPE a>", b"<!--", b"-->", b"<?xml version='1.0' encoding='GBK'?>", b"null", b"\n", b'"',
    "您好".encode(), "您好".encode("gb18030"), "号码,时间,类型,内容\n".encode(),
    b"number;date;time;type;duration\n", b"1,2024-01-02 03:04,in,x\n", b"1;03/04/2024;5:06;out;1:05\n",
)  # fmt: skip
FILES: Final = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8)), max_size=30).map(b"".join)
SIGNS: Final = st.one_of(st.characters(codec="utf-8"), st.sampled_from("😀👨\"'&<>\n\t\x01新"))
TEXTS: Final = st.text(SIGNS, max_size=40)


class Held:
    """A file in memory, cut somewhere."""

    modified_s = 1_700_000_000

    def __init__(self, name: str, content: bytes, cuts: list[int]) -> None:
        self.name = name
        self.size_bytes = len(content)
        self._pieces = pieces(content, cuts)

    def chunks(self) -> Iterator[bytes]:
        yield from self._pieces


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(content), *(cut % (len(content) + 1) for cut in cuts)})
    return [content[low:high] for low, high in pairwise(at)]


CUTS: Final = st.lists(st.integers(0, 10_000), max_size=12)


@given(FILES, CUTS, st.sampled_from(("utf-8", "gb18030", "utf-16-le", "big5")))
def test_any_bytes_are_read_as_a_backup_the_same_in_any_pieces(content: bytes, cuts: list[int], encoding: str) -> None:
    assert b"".join(mended(pieces(content, cuts), encoding)) == b"".join(mended([content], encoding))
    whole, cut = list(read_backup([content], encoding)), list(read_backup(pieces(content, cuts), encoding))
    assert rows(whole) == rows(cut)
    assert xml_encoding(content)


@given(FILES, CUTS, st.sampled_from(list(ImportKind)), st.text(max_size=20))
def test_any_bytes_have_a_kind_or_none_and_are_read_by_it(
    content: bytes, cuts: list[int], kind: ImportKind, name: str
) -> None:
    file = Held(name, content, cuts)
    survey = survey_of(file)
    assert survey == survey_of(Held(name, content, []))
    with contextlib.suppress(UnknownFormatError):
        plan_file(survey, name, kind)
    plan = plan_of(survey.head, is_utf8=survey.is_utf8)
    if plan is not None:
        plan = with_order(plan, file.chunks())
        for is_messages in (True, False):
            cut = list(read_csv(plan, file.chunks(), is_messages=is_messages, zone=ZONE))
            assert cut == list(read_csv(plan, [content], is_messages=is_messages, zone=ZONE))
    assert recording_of(file, survey, ZONE, 1_800_000_000).key.startswith("rec:")


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(list(DateOrder)), st.sampled_from((ZONE, None)))
def test_any_cell_is_a_moment_a_duration_a_word_or_none(
    date: str, time: str, order: DateOrder, zone: ZoneInfo | None
) -> None:
    try:
        read_moment(date, time, order, zone)
    except UnclearDateError:
        assert order is DateOrder.UNKNOWN
    read_duration(date)
    column_of(date)
    direction_of(date)


@settings(max_examples=60)
@given(st.lists(st.tuples(TEXTS, st.integers(0, 2**41), st.sampled_from((1, 2))), max_size=8), CUTS)
def test_what_a_backup_program_writes_comes_back_byte_for_byte(
    messages: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    """Emoji as pairs of references, as the program writes them; a text `null` cannot be told from none."""
    elements = [
        f"<sms address='13800000017' date='{date}' type='{kind}' body={attribute(text)} />"
        for text, date, kind in messages
    ]
    document = f"<?xml version='1.0' encoding='UTF-8'?>\n<smses>\n{chr(10).join(elements)}\n</smses>".encode()
    found = [one.row for one in read_backup(pieces(document, cuts), "utf-8") if isinstance(one, FoundRow)]
    assert [(row.body, row.date_ms, row.type) for row in found if isinstance(row, SmsRow)] == [
        (None if text == "null" else legal(text).encode(), date, kind) for text, date, kind in messages
    ]


@given(st.lists(st.tuples(st.integers(1, 10**11), st.integers(0, 9_000), st.integers(1, 6)), min_size=1, max_size=8))
def test_alike_rows_of_a_list_to_the_minute_are_all_kept(calls: list[tuple[int, int, int]]) -> None:
    lines = [f"{number},2026-03-01 10:0{kind},{duration},{kind}" for number, duration, kind in calls * 2]
    content = "\n".join(["number,time,duration,type", *lines]).encode()
    plan = plan_of(content, is_utf8=True)
    assert plan is not None
    found = list(read_csv(plan, [content], is_messages=False, zone=ZONE))
    keys = {one.key for one in found if isinstance(one, FoundRow)}
    assert len(keys) == len(found) == 2 * len(calls)
    assert all(isinstance(one, FoundRow) and isinstance(one.row, CallRow) for one in found)


def rows(found: list[Found]) -> list[Found]:
    return [one for one in found if isinstance(one, FoundRow)]


def attribute(text: str) -> str:
    """As the program writes it: quoted, with line ends and everything beyond the plane as references of 16 bits."""
    quoted = quoteattr(text, {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
    return "".join(
        "".join(f"&#{int.from_bytes(half, 'big')};" for half in halves(sign)) if ord(sign) > 0xFFFF else sign
        for sign in quoted
    )


def halves(sign: str) -> Iterator[bytes]:
    both = sign.encode("utf-16-be")
    yield both[:2]
    yield both[2:]


def legal(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def test_a_survey_knows_what_it_read() -> None:
    survey = survey_of(Held("a", "新".encode() * 40_000, [1, 70_000]))
    assert survey == Survey(
        sha256=survey.sha256, size_bytes=120_000, head=("新".encode() * 40_000)[: 64 * 1024], is_utf8=True
    )


def test_a_value_without_end_is_not_read_to_its_end() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield b'<smses><sms address="1" date="5" type="1" body="x"/><sms body="'
        while True:
            read += 1
            yield b"a" * 1_000_000

    whole, ending = read_backup(endless(), "utf-8")
    assert isinstance(whole, FoundRow)
    assert isinstance(ending, Ending) and ending.problem is Problem.TOO_LONG
    assert read < 40


def test_a_text_with_a_comma_and_no_quotation_marks_is_refused_not_cut() -> None:
    content = (
        "号码,时间,内容,\n13911112222,2026-05-04 10:00:00,共12,800元\n13911112222,2026-05-04 10:01:00,共12,,\n".encode()
    )
    plan = plan_of(content, is_utf8=True)
    assert plan is not None
    refused, row = read_csv(plan, [content], is_messages=True, zone=ZONE)
    assert refused == RefusedOne(line=2, reason=Refused.BAD_SHAPE)
    assert isinstance(row, FoundRow)
