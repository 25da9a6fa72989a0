"""The terms of the full-text index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.archive.fulltext import find_spans, fold, index_terms, index_terms_of_all, match_expression, tokens_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("加微信", "加微 微信 信"),
        ("货，款", "货 款"),
        ("货，款。", "货 款"),
        ("货\U0001f600款", "货\U0001f600 \U0001f600款 款"),
        ("货, 款A", "货 款 a"),
        ("Hello WORLD", "hello world"),
        ("ｗｅｃｈａｔ号", "wechat 号"),
        ("13800", "138 380 800 00 0"),
        ("v50块", "v 50 0 块"),
        ("😀  ，\u202e", "😀 \u202e"),
        ("𠮷野", "𠮷野 野"),
    ],
)
def test_terms(text: str, terms: str) -> None:
    assert tokens_of(index_terms(text)) == set(terms.split())


@given(
    st.lists(st.text(st.sampled_from("加微信，。 \n\0aZ9９٣İ\u3000\U0001f600𠮷\ue000") | st.characters(), max_size=40))
)
def test_together_or_alone_gives_the_same_terms(texts: list[str]) -> None:
    together = index_terms_of_all(texts)
    assert [tokens_of(terms) for terms in together] == [tokens_of(index_terms(text)) for text in texts]


@pytest.mark.parametrize("length", [499, 500, 501, 19_999, 20_000, 20_001, 60_000])
def test_long_texts_are_cut_alike(length: int) -> None:
    texts = ["玉" * length, "坠", "金" * length + "a"]
    together = index_terms_of_all(texts)
    assert [tokens_of(terms) for terms in together] == [tokens_of(index_terms(text)) for text in texts]
    assert together[0].count("玉玉") == min(length, 20_000) - 1


@given(
    st.text(st.sampled_from("加微信号，。 \n\0a9\U0001f600𠮷\u200d"), max_size=30),
    st.integers(0, 30),
    st.integers(1, 2),
)
def test_every_one_and_two_characters_of_a_run_are_proposed(text: str, start: int, size: int) -> None:
    wanted = text[start : start + size]
    if not wanted or not set(wanted) <= set("加微信号𠮷\U0001f600\u200d"):
        return
    tokens = tokens_of(index_terms(text))
    assert wanted in tokens if size == len(wanted) == 2 else any(token.startswith(wanted) for token in tokens)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("微", '"微"*'),
        ("微信", '"微信"'),
        ("加微信", '"加微" AND "微信"'),
        ("微信 wechat", '"微信" AND "wechat"*'),
        ("38", '"38"*'),
        ("1380", '"138" AND "380"'),
        ('"; OR *', '"or"*'),
        ("😀", '"😀"*'),
        ("心😀 👍🏽", '"心😀" AND "👍🏽"'),
        ("，。?", None),
        ("", None),
    ],
)
def test_expressions(query: str, expression: str | None) -> None:
    assert match_expression(query) == expression


def test_folding_keeps_places() -> None:
    for text in ("ÀÉ", "İstanbul", "ＡＢＣ１２３", "٣٤", "ΑΣ", "ß\u0345ﬁ", "加V信"):
        assert len(fold(text)) == len(text)
    assert fold("ＡＢＣ１２３") == "abc123"


def test_spans_are_joined_and_all_words_are_needed() -> None:
    assert find_spans(("微信", "信号"), "加微信号，微信") == ((1, 4), (5, 7))
    assert find_spans(("微信", "电话"), "加微信号") is None
