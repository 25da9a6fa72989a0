"""What rule files are refused for, read by people: every reason has its Chinese, and English stays word for word."""

import re
from pathlib import Path

import pytest

from daemon.api.texts import Texts, load_texts
from daemon.app import CATALOG
from daemon.refusals import refusal_of, told
from daemon.rule_reasons import FORMS, MOST_TRANSLATED, reason_in_words
from policies.errors import RuleError
from policies.packs.loader import load_candidate, load_ruleset

HEAD = '[[rule]]\nid = "a.b"\ntitle = "标题"\ncategory = "c"\nseverity = "low"\n'
WORD = HEAD + 'words = ["加我微信"]\n'
REFUSED = {
    "id": WORD.replace("a.b", "a b"),
    "many_words": HEAD + f"words = {['词语'] * 200_001}\n",
    "many_forms": HEAD + f'words = ["{"{一|二|三|四|五|六|七|八}" * 4}"]\n',
    "missing": HEAD,
    "unknown_key": WORD + 'wrods = ["加"]\n',
    "texts": HEAD + 'words = "加我微信"\n',
    "list": WORD + '[rule.tests]\nhit = "加我微信"\n',
    "table": WORD + "match = 1\n",
    "text": WORD.replace('"标题"', '{ en = 1, zh = "一" }'),
    "flag": WORD + 'match = { repeats = "x" }\n',
    "span": WORD + '[rule.tests]\nhit = [{ text = "加我微信", span = 3 }]\n',
    "braces": WORD + '[[alias]]\nname = "a|b"\nforms = ["一一"]\n',
    "range": WORD + 'near = { any = ["私下"], within = -1 }\n',
    "choice": WORD.replace("low", "hihg"),
    "nearest": WORD.replace("low", "hihg"),
    "expression": WORD + '[[detector]]\nid = "m"\nlength = 8\nprefix = "(["\n',
    "toml_line": WORD + "words =\n",
    "toml_end": WORD + "allow = [",
    "no_pack_named": '[pack]\nname = "p"\nextends = ["jewelery"]\n' + WORD,
    "brace_open": HEAD + 'words = ["加{我"]\n',
    "no_alias": HEAD + 'words = ["加{我}"]\n',
    "rule": HEAD + 'words = ["加{我}"]\n',
    "question_mark": HEAD + 'match = { syntax = "wildcard" }\nwords = ["?加我"]\n',
    "unclosed": HEAD + 'match = { syntax = "wildcard" }\nwords = ["加[我微"]\n',
    "empty_choice": HEAD + 'match = { syntax = "wildcard" }\nwords = ["加()我"]\n',
    "folds_to_nothing": HEAD + 'words = ["。。"]\n',
    "single": HEAD + 'words = ["加"]\n',
    "nothing_fixed": HEAD + 'match = { syntax = "wildcard" }\nwords = ["..."]\n',
    "no_detector": HEAD + 'words = ["@memmber"]\n',
    "twice": WORD + WORD,
    "sample_silent": WORD + '[rule.tests]\nhit = ["你好"]\n',
    "sample_loud": WORD + '[rule.tests]\nmiss = ["加我微信"]\n',
    "sample_span": WORD + '[rule.tests]\nhit = [{ text = "加我微信", span = [1, 2] }]\n',
    "sample_how": WORD + '[rule.tests]\nhit = [{ text = "加我微信", how = "gap" }]\n',
    "sample_severity": WORD + '[rule.tests]\nhit = [{ text = "加我微信", severity = "high" }]\n',
    "more_failures": WORD + '[rule.tests]\nhit = ["一一", "二二", "三三", "四四"]\n',
}
OTHERS = {"many_files", "utf8", "no_source", "no_pack", "extends_itself", "no_files", "large", "unreadable"}
"""Not made by a text; below, or told by the operating system."""
WORDS = re.compile(r"\b(?:must|should|missing|unknown|no|not|more than|with|without|already|nothing|did you)\b")


@pytest.fixture(scope="module")
def zh() -> Texts:
    return load_texts("zh", CATALOG)


@pytest.fixture(scope="module")
def en() -> Texts:
    return load_texts("en", CATALOG)


def refusal(text: str) -> str:
    with pytest.raises(RuleError) as caught:
        load_candidate((), [("own.toml", text.encode())])
    return str(caught.value)


def test_every_form_is_tried() -> None:
    assert set(REFUSED) | OTHERS == {key for key, _ in FORMS}


@pytest.mark.parametrize("key", sorted(REFUSED))
def test_a_refusal_is_told_in_chinese_and_its_english_is_what_was_said(key: str, zh: Texts, en: Texts) -> None:
    reason = refusal(REFUSED[key])
    form = re.compile(dict(FORMS)[key])
    found = form.search(reason)
    assert found is not None, reason
    assert en.get(f"rule_reason.{key}", **found.groupdict()) == found[0]
    assert reason_in_words(reason, en) == reason
    in_chinese = reason_in_words(reason, zh)
    assert in_chinese.startswith("own.toml:"), "the place stays"
    if not key.startswith("toml_"):
        assert not WORDS.search(in_chinese), in_chinese


def test_what_is_no_text_is_told_too(tmp_path: Path, zh: Texts) -> None:
    for source, said in ((tmp_path / "none", "没有这样的规则文件、目录或规则包"), (tmp_path, "里面没有 *.toml 文件")):
        with pytest.raises(RuleError) as caught:
            load_ruleset([source])
        refused = refusal_of(caught.value)
        assert refused is not None
        message, _ = told(refused, zh)
        assert said in message
    (tmp_path / "a.toml").write_bytes(b"\xff")
    with pytest.raises(RuleError) as caught:
        load_ruleset([tmp_path])
    assert reason_in_words(str(caught.value), zh).endswith("不是 UTF-8 文本")
    with pytest.raises(RuleError) as caught:
        load_candidate(("jewelery",), ())
    assert reason_in_words(str(caught.value), zh) == "jewelery: 没有这个规则包（是不是想写“jewellery”？）"


def test_a_very_long_reason_stays_as_it_is(zh: Texts) -> None:
    long = "must be a text" + " " * MOST_TRANSLATED
    assert reason_in_words(long, zh) == long
