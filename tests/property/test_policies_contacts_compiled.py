"""Contact details are the same with machine code and without it. Without the extra it is not there, and not tested."""

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.contacts import find_contacts, find_contacts_many, tell_ways
from policies.contacts.gate import look, suspects
from policies.contacts.many import FEWEST
from policies.contacts.signs import ENOUGH_DIGITS, HINTED, LETTER, LETTERED, RUN, SUSPECT, WAY
from policies.folding.table import LIMIT
from policies.matching import machine_code
from policies.model import CONTACT_WAYS
from tests.unit.test_text_contacts_many import PIECES, case_texts

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed"),
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("machine code"),  # in one process it is compiled once
]
CASES = tuple(case_texts())
ODD = (
    "\0",
    "\ud800",
    "\udfff",
    "\U0001f1e8",
    "\U0001f1f3",
    "\U0001f1fd",
    chr(LIMIT),
    "\U0010ffff",
    LETTER,
    "\n",
    "\x85",
)
"""What a batch as one array could take for something else: parts of flags, what no table holds, what parts texts."""
NUMERALS = (
    *"1380019",
    "一",
    "零",
    "幺",
    "⑬",
    "①",
    "杠",
    "加",
    "微",
    "v",
    "a",
    "QQ",
    "收",
    "姓名",
    "王",
    "路",
    "号",
    "栋",
)


@st.composite
def cuts(draw: st.DrawFn) -> str:
    """A piece of a case with something odd put into it, now and then with a piece of another behind it."""
    found = ""
    for _ in range(draw(st.integers(1, 2))):
        case = draw(st.sampled_from(CASES))
        first, last = sorted(draw(st.tuples(*[st.integers(0, len(case))] * 2)))
        found += case[first:last]
    for char in draw(st.lists(st.sampled_from(ODD), max_size=2)):
        at = draw(st.integers(0, len(found)))
        found = found[:at] + char + found[at:]
    return found


TEXTS = (
    cuts()
    | st.sampled_from(CASES)
    | st.lists(st.sampled_from((*PIECES, *ODD)), max_size=10).map("".join)
    | st.lists(st.sampled_from((*NUMERALS, *ODD, " ", "-", "，")), max_size=24).map("".join)
    | st.text(st.characters(codec=None) | st.sampled_from(ODD), max_size=12)
)
BATCHES = st.lists(TEXTS, max_size=14)


@contextmanager
def loaded(*, is_ready: bool) -> Iterator[None]:
    """The process as it is with machine code, or without it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(machine_code._State, "is_ready", is_ready)
        yield


@pytest.fixture(autouse=True, scope="module")
def _of_these_sources() -> None:
    machine_code._forget_other()


def is_way(text: str) -> bool:
    return any(span.kind in CONTACT_WAYS for span in find_contacts(text))


@settings(max_examples=80)
@given(BATCHES)
@example([])
@example([""])
@example([""] * FEWEST)
@example(["", LETTER, "", "13800138000", "", LETTER * 3, ""])
@example([*"13800138000"])  # digits of one number, each a text
@example(["加我", "v", "信", "abc12345", "微", "xin8866"])
@example(["\U0001f1e8", "\U0001f1f3", "\ud83d", "\ude00", "\0", "\0\0", chr(LIMIT), "\U0010ffff13800138000"])
@example(["138\U0001f1e8\U0001f1f30013\U0001f1fd8000", "138\x000013\x008000", "138\ud8000013\ud8008000"] * 2)
def test_a_batch_has_what_each_text_has_with_machine_code_and_without(batch: list[str]) -> None:
    details, ways = list(map(find_contacts, batch)), list(map(is_way, batch))
    for is_ready in (True, False):
        with loaded(is_ready=is_ready):
            assert find_contacts_many(batch) == details
            assert tell_ways(batch) == ways


def test_all_cases_have_what_each_has_with_machine_code_and_without() -> None:
    some = CASES[::3]
    details = list(map(find_contacts, some))
    ways = [any(span.kind in CONTACT_WAYS for span in spans) for spans in details]
    assert len(some) > 500 and 100 < sum(ways) < len(some) - 100
    for is_ready in (True, False):
        with loaded(is_ready=is_ready):
            assert find_contacts_many(some) == details
            assert tell_ways(some) == ways


def left_out(batch: Sequence[str]) -> list[str]:
    """Texts in which the machine code sees less than the finders find."""
    return [
        text
        for text, signs in zip(batch, look(batch).tolist(), strict=True)
        if (find_contacts(text) and not signs) or (is_way(text) and signs <= SUSPECT)
    ]


@settings(max_examples=150)
@given(st.lists(TEXTS, min_size=1, max_size=8))
@example(["138 0013 8000", "a 12 34 56", "QQ 1-2-3-4-5", "+852 6123 4567", "138[微笑]0013[微笑]8000"])
@example(
    ["1" + "\U0001f468" * 8 + "3800138000", "1\u200d3\u200d8\u200d0\u200d0\u200d1\u200d3\u200d8\u200d0\u200d0\u200d0"]
)
def test_no_text_with_a_detail_is_left_out(batch: list[str]) -> None:
    assert left_out(batch) == []


def test_no_case_with_a_detail_is_left_out() -> None:
    assert left_out(CASES[1::3]) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(("您好，在的", 0), ("明天3点到，带2件", 0), ("", 0), (LETTER, 0), ("\0", 0), ("订单 1234", 0)),
        *(("加我微信abc12345", SUSPECT | WAY), ("a@b.cn", SUSPECT | WAY), ("vx", SUSPECT | WAY)),
        *(("138 0013 8000", ENOUGH_DIGITS << RUN), ("1" + " " * 8 + "2" + " " * 8 + "3456789", ENOUGH_DIGITS << RUN)),
        *(("1" + " " * 9 + "23456789", 0), ("1元23456789", 0), ("12345678", 0), ("好" * 3 + "12345678", 0)),
        *(
            ("a123456", LETTERED << RUN),
            ("a12345", 0),
            ("电12345", 0),
            ("QQ12345", HINTED << RUN),
            ("+12345", HINTED << RUN),
        ),
        *(("收货人是王小明", SUSPECT), ("收货了", 0), ("李小明女士", SUSPECT)),
        *(("建国路8号", SUSPECT), ("8号", 0), ("北京市朝阳区3栋", SUSPECT), ("粤B", SUSPECT)),
        *(("粤B，138 0013 8000", SUSPECT | ENOUGH_DIGITS << RUN), ("粤B，a12 34 56", SUSPECT | LETTERED << RUN)),
    ],
)
def test_what_is_told_of_a_text(text: str, told: int) -> None:
    assert look([text]).tolist() == [told]
    assert look(["好", text, "13800138000"]).tolist() == [0, told, ENOUGH_DIGITS << RUN]


@settings(max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_the_arrays_leave_out_no_text_that_machine_code_sees(batch: list[str]) -> None:
    """They look at the two ends of what parts digits, machine code at all of it: it sees the same or less."""
    kept: list[set[int]] = []
    for is_ready in (True, False):
        with loaded(is_ready=is_ready):
            kept.append({at for at, _, stages in suspects(batch, list(map(len, batch))) if stages})
    assert kept[0] <= kept[1]
