"""The terms of the full-text index."""

import pytest

from daemon.archive.fulltext import find_spans, fold, index_terms, match_expression


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("加微信", "加微 微信 信"),
        ("货，款", "货 款"),
        ("Hello WORLD", "hello world"),
        ("ｗｅｃｈａｔ号", "wechat 号"),
        ("13800", "138 380 800 00 0"),
        ("v50块", "v 50 0 块"),
        ("😀  \u202e", ""),
        ("𠮷野", "𠮷野 野"),
    ],
)
def test_terms(text: str, terms: str) -> None:
    assert index_terms(text) == terms


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
        ("😀", None),
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
