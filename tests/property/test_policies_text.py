"""What must hold for any text: offsets, lengths, masks, and the matcher against the plain way."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.contacts import find_contacts
from policies.display import safe_display
from policies.folding.table import DigitFold, Fold, Skip, View, fold
from policies.masking import mask_text
from policies.matching.matcher import Matcher
from policies.matching.profile import ANY_GAP, Boundary, GapRule, MatchProfile
from policies.matching.profile import PLAIN as NO_DISGUISES
from policies.matching.reading import Collapse, Reading, lens
from tests.packs_kit import core_engine

STEADY = settings(deadline=None, max_examples=200)
"""No time limit for one example: machines that run everything at once are slow."""
ANY_TEXT = st.text(st.characters(codec=None), max_size=80)
PIECES = st.sampled_from(
    (
        *"加我微信Vvx薇❤回扣，。-*1380①３幺零@:：_aİß臺",
        *("\ufe0f", "\u200b", "👨\u200d👩", "\ud800", "\U0001f600", "\U000e0041"),
        *("qq", ".com", "QQ", "微信号", "+86", "abc12345", "13800138000", "0571-88888888"),
        *("110101199003078419", "6222021234567890128"),
    )
)
SHOP_TEXT = st.lists(PIECES, max_size=25).map("".join)
TEXT = st.one_of(ANY_TEXT, SHOP_TEXT)


@STEADY
@given(TEXT, st.sampled_from(list(DigitFold)))
@example("İ㎏ﬁẞ", DigitFold.HAN)
def test_folding_keeps_the_length(text: str, digits: DigitFold) -> None:
    folded = fold(text, Fold(digits=digits))
    assert len(folded) == len(text)
    assert fold(folded, Fold(digits=digits)) == folded


@STEADY
@given(TEXT, st.sampled_from(list(Skip)), st.sampled_from(list(Collapse)), st.booleans())
def test_a_reading_maps_back_to_its_text(text: str, skip: Skip, collapse: Collapse, repeats: bool) -> None:  # noqa: FBT001
    view = View(skip=skip, repeats=repeats)
    reading = Reading(text, lens(view), collapse)
    folded = reading.folded
    assert len(folded) == len(text)
    for at, char in enumerate(reading.searched):
        positions = reading.positions(at, at + 1)
        assert positions == sorted(positions)
        assert {folded[p] for p in positions} == {char}
    everything = reading.positions(0, len(reading.searched))
    assert everything == reading.origin


@STEADY
@given(TEXT)
def test_hits_lie_in_the_text_and_fold_to_their_word(text: str) -> None:
    for hit in core_engine().hits(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert text[hit.start : hit.end].strip() != ""


@STEADY
@given(TEXT)
def test_masks_keep_length_and_hide(text: str) -> None:
    result = mask_text(text)
    assert len(result.masked) == len(text)
    edge = 0
    for span in result.spans:
        assert edge <= span.start < span.end <= len(text)
        assert result.masked[edge : span.start] == text[edge : span.start]
        assert text[span.start : span.end] not in result.masked[span.start : span.end]
        edge = span.end
    assert result.masked[edge:] == text[edge:]
    left = {result.masked[s.start : s.end] for s in find_contacts(result.masked)}
    assert not left & {text[s.start : s.end] for s in result.spans}


@STEADY
@given(ANY_TEXT)
def test_shown_text_is_printable(text: str) -> None:
    shown = safe_display(text)
    assert len(shown) == len(text)
    assert safe_display(shown) == shown
    assert not set(shown) & {chr(n) for n in [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2028]}


WORDS = st.lists(st.text("ab加微信", min_size=2, max_size=4), min_size=1, max_size=6, unique=True)
PLAIN = MatchProfile(
    fold_case=False,
    fold_width=False,
    fold_trad=False,
    fold_lookalike=False,
    fold_digits=DigitFold.NONE,
    skip=Skip.NONE,
    repeats=False,
    boundary=Boundary.NONE,
)


@STEADY
@given(WORDS, st.text("ab加微信x", max_size=40))
def test_the_matcher_is_the_plain_search(words: list[str], text: str) -> None:
    expected = {(at, at + len(word), word) for word in words for at in range(len(text)) if text.startswith(word, at)}
    assert {(f.start, f.end, f.word) for f in Matcher(words, (), PLAIN).find(text)} == expected


@STEADY
@given(WORDS, st.text("ab加微信 -❤", max_size=40))
def test_skipping_is_deleting(words: list[str], text: str) -> None:
    profile = MatchProfile(
        repeats=False, boundary=Boundary.NONE, gap=ANY_GAP, gap_rule=GapRule.ANY, disguises=NO_DISGUISES
    )
    kept = [(at, c) for at, c in enumerate(text) if c.isalnum()]
    plain = "".join(c for _, c in kept)
    expected = {
        (kept[at][0], kept[at + len(word) - 1][0] + 1, word)
        for word in words
        for at in range(len(plain))
        if plain.startswith(word, at)
    }
    assert {(f.start, f.end, f.word) for f in Matcher(words, (), profile).find(text)} == expected


@STEADY
@given(st.text("ab加微信", min_size=2, max_size=4), st.data())
def test_a_word_with_longer_runs_is_still_found(word: str, data: st.DataObject) -> None:
    stretched = "".join(c * data.draw(st.integers(1, 3)) for c in word)
    found = Matcher([word], (), MatchProfile(boundary=Boundary.NONE)).find(f"。{stretched}。")
    assert any(f.end == len(stretched) + 1 for f in found)
