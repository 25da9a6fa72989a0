"""The door from phone text to a widget: nothing that acts gets through, and nothing breaks it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from wcwidth import wcswidth

from console.plain_text import ELLIPSIS, LINE_BREAK, clean, clean_line
from console.safe_text import (
    cut,
    fitted,
    joined,
    lines,
    safe_marked,
    safe_page,
    safe_text,
)
from daemon.api.wire import MatchedSpan

ATTACKS = (
    "\x1b[2J\x1b[H", "\x1b]52;c;ZXZpbA==\x07", "\x1b]8;;http://evil\x1b\\x", "\x9b31m", "\x9d0;title\x9c",
    "\x07", "\x08\x08", "\u202egnp.exe", "\u2066a\u2069", "a\u200bb", "\ufeff", "\u061c", "\u2028",
    "\u2029", "\x85", "\r", "\x00", "\ud800", "\ue000", "\U000e0041", "\U0010ffff", "\u00ad",
    "e" + "\u0301" * 500, "\u3164", "[@click=app.quit]x[/]", "[/]", "[/foo]", "[bold red]x[/bold red]",
    "[link=http://evil]x[/link]", "\\[", "[$error]", "👨\u200d👩\u200d👧", "❤\ufe0f", "👍🏽",
    "1\ufe0f\u20e3",
)  # fmt: skip
HOSTILE = st.lists(
    st.one_of(st.sampled_from(ATTACKS), st.text(max_size=12), st.sampled_from("微信号 abc[]")), max_size=12
).map("".join)
ACTING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(HOSTILE)
def test_nothing_that_acts_is_left(text: str) -> None:
    left = {character for character in clean(text) if unicodedata.category(character) in ACTING}
    assert left <= {"\n"}
    assert not {character for character in clean_line(text) if unicodedata.category(character) in ACTING}


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(HOSTILE)
def test_markup_stays_text_without_style_or_link(text: str) -> None:
    for content in (safe_text(text), safe_page(text)):
        assert content.spans == []
    assert safe_text("[@click=app.quit]x[/]").plain == "[@click=app.quit]x[/]"


@given(HOSTILE, st.integers(0, 60))
def test_a_fitted_cell_has_its_width_to_the_cell(text: str, width: int) -> None:
    content = fitted(safe_text(text), width)
    assert content.cell_length == cell_len(content.plain) == width


@given(HOSTILE, st.integers(0, 60))
def test_terminals_and_the_library_agree_on_the_width(text: str, width: int) -> None:
    shown = cut(safe_text(text), width).plain
    if all(ord(character) < 0x3000 or "\u4e00" <= character <= "\u9fff" for character in shown):
        assert wcswidth(shown) == cell_len(shown) <= width


@given(HOSTILE, st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=4))
def test_wrong_spans_mark_less_and_never_fail(text: str, spans: list[tuple[int, int]]) -> None:
    marked = safe_marked(text, [MatchedSpan(start=start, end=end) for start, end in spans])
    assert all(0 <= span.start <= span.end <= len(marked.plain) for span in marked.spans)


def test_the_hit_is_marked_and_nothing_else() -> None:
    marked = safe_marked("加我微\u200b信哦", (MatchedSpan(start=2, end=5),))
    (span,) = marked.spans
    assert marked.plain[span.start : span.end] == "微\ufffd信"


def test_length_is_capped_with_an_ellipsis() -> None:
    assert safe_text("长" * 5000).plain == "长" * 600 + ELLIPSIS
    assert safe_marked("长" * 5000, ()).plain == "长" * 600 + ELLIPSIS


def test_one_line_shows_its_breaks() -> None:
    assert clean_line("a\r\nb\nc\u2028d") == LINE_BREAK.join("abcd")
    assert clean("a\r\nb") == "a\nb"


def test_combining_marks_do_not_pile_up() -> None:
    assert len(clean("e" + "\u0301" * 500)) <= 3
    assert clean("\u0301") == ""


@pytest.mark.parametrize("emoji", ["👨\u200d👩\u200d👧", "❤\ufe0f", "👍🏽"])
def test_emoji_keep_their_pictures_without_joiners(emoji: str) -> None:
    assert clean(emoji) == "".join(c for c in emoji if c not in "\u200d\ufe0f🏽")


def test_parts_keep_their_styles_when_joined() -> None:
    line = joined((safe_text("a", "bold"), safe_text("微"), safe_text("b", "underline")))
    assert [(line.plain[span.start : span.end], span.style) for span in line.spans] == [
        ("a", "bold"),
        ("b", "underline"),
    ]
    assert lines((safe_text("a"), safe_text("b"))).plain == "a\nb"


def test_a_wide_character_is_never_halved() -> None:
    assert fitted(safe_text("微信号"), 4).plain == "微… "
    assert cut(safe_text("微信号"), 4).plain == "微…"
    assert cut(safe_text("微信号"), 0).plain == ""
