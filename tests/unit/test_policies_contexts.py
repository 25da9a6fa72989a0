"""Contexts: what stands near, what was said before, by whom and when; and what rule files may say of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from policies import facts
from policies.engine import Engine
from policies.errors import RuleSyntaxError
from policies.model import Earlier, Severity, Side, Subject, SubjectKind
from policies.packs import load_engine
from policies.rules.spec import Sender, Spread
from policies.scan import MaskRequest, mask_line

HEAD = '[[rule]]\nid = "a.b"\ntitle = "x"\ncategory = "c"\nseverity = "low"\n'


def engine_with(folder: Path, body: str) -> Engine:
    (folder / "rules.toml").write_text(HEAD + body, "utf-8")
    return load_engine([folder])


def hit(engine: Engine, text: str, previous: Sequence[str | Earlier] = (), side: Side = Side.STAFF) -> bool:
    return bool(engine.hits(text, side=side, previous=previous))


@pytest.mark.parametrize("told", ["私下", "私 下", "si xia", "私\u200b下", "厶下", "sixia"])
def test_terms_are_read_through_the_same_views_as_words(tmp_path: Path, told: str) -> None:
    engine = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["私下"], messages = 2 }\n')
    assert not hit(engine, "给您优惠")
    assert hit(engine, f"{told}给您优惠")
    assert hit(engine, "给您优惠", [f"我们{told}聊"])


def test_what_forbids_is_read_so_too(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["转账"]\nnot_near = { any = ["私下"], within = 8 }\n')
    assert hit(engine, "转账")
    assert not hit(engine, "请勿私下转账")
    assert not hit(engine, "请勿si xia转账")


def test_a_term_may_be_told_in_pieces(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["三个点"]\nnear = { any = ["回扣"], messages = 2 }\nspread = false\n')
    assert hit(engine, "三个点", ["回", "扣"])
    assert not hit(engine, "三个点", ["这一件我要退回去", "扣子都坏了两个的"])


def test_messages_seconds_and_senders(tmp_path: Path) -> None:
    near = 'words = ["优惠"]\nnear = { any = ["私下"], messages = 2, seconds = 60 }\n'
    engine = engine_with(tmp_path, near)

    def said(side: Side = Side.STAFF, age_s: float | None = None) -> Earlier:
        return Earlier(text="私下聊", side=side, age_s=age_s)

    other = Earlier(text="好的", side=Side.STAFF, age_s=1)
    theirs = Earlier(text="好的", side=Side.CUSTOMER, age_s=1)
    assert hit(engine, "优惠", [said(age_s=60)])
    assert not hit(engine, "优惠", [said(age_s=61)])
    assert hit(engine, "优惠", [said(age_s=9), other])
    assert not hit(engine, "优惠", [said(age_s=9), other, other]), "the third message ago"
    assert hit(engine, "优惠", [said(age_s=9), theirs, theirs, other]), "the customer's do not count"
    assert not hit(engine, "优惠", [said(Side.CUSTOMER, 9)])
    assert hit(engine, "优惠", [said(Side.CUSTOMER, 9)], side=Side.UNKNOWN)
    assert hit(engine, "优惠", [said(Side.UNKNOWN, 9)])

    engine = engine_with(tmp_path, near.replace("seconds = 60", 'sender = "any"'))
    assert hit(engine, "优惠", [said(Side.CUSTOMER, 9_999)])

    engine = engine_with(tmp_path, near.replace("messages = 2", "messages = 0"))
    assert hit(engine, "优惠", [said(age_s=60), *[other] * 19]), "time alone bounds it, and twenty messages"
    assert not hit(engine, "优惠", [said(age_s=60), *[other] * 20])


def test_two_contexts_of_one_window_are_read_once(tmp_path: Path) -> None:
    engine = engine_with(
        tmp_path,
        'words = ["优惠"]\nraise_on = []\n'
        'near = [{ any = ["私下", "@contact.mobile"], messages = 2, effect = "severity+1" }, '
        '{ any = ["@contact.mobile"], messages = 2, within = 0, effect = "severity+2" }]\n',
    )
    (found,) = engine.hits("优惠", previous=("私下 13800138000",))
    assert found.severity is Severity.CRITICAL
    (found,) = engine.hits(["优惠", "13800138000 优惠"][0], previous=("13800138000",))
    assert found.severity is Severity.CRITICAL
    hits = engine.hits("优惠13800138000优惠")
    assert {one.severity for one in hits} == {Severity.CRITICAL}


def test_severity_has_ends(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["店"], effect = "severity-2" }\n')
    (found,) = engine.hits("店里优惠")
    assert found.severity is Severity.INFO


def test_many_terms_and_many_hits_stay_quick_and_right(tmp_path: Path) -> None:
    engine = engine_with(
        tmp_path, 'words = ["优惠"]\nnear = { any = ["店长", "私"], within = 3, side = "right", effect = "require" }\n'
    )
    text = "优惠店长" + "私" * 3 + "好" * 30 + "店长" * 80 + "优惠好好好好好"
    assert [(one.start, one.end) for one in engine.hits(text)] == [(0, 2)]
    left = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["店长"], within = 3, side = "left" }\n')
    assert [one.start for one in left.hits("店长优惠好店长好好好好优惠")] == [2]
    inside = engine_with(tmp_path, 'words = ["店长优惠"]\nnear = { any = ["店长", "优惠价"] }\n')
    assert not hit(inside, "店长优惠"), "what is part of the hit is not near it"
    assert hit(inside, "店长优惠价"), "what begins in it and goes on is"


@pytest.mark.parametrize(("within", "found"), [(0, 4), (20, 4), (300, 4), (3_000, 3)])
def test_of_a_very_long_text_terms_are_looked_for_near_the_first_hits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: int, found: int
) -> None:
    engine = engine_with(tmp_path, f'words = ["优惠"]\nnear = {{ any = ["私下"], within = {within} }}\n')
    text = ("私下优惠" + "好" * 30_000) * 4
    assert len(engine.hits(text)) == found
    monkeypatch.setattr(facts, "MOST_SEARCHED", 4_000)
    assert [hit.start for hit in engine.hits(text)][:1] == [2] and len(engine.hits(text)) < 4


def test_of_a_long_text_what_is_around_a_hit_counts(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["私下", "@contact.mobile"], within = 5 }\n')
    filler = "好" * 30_000
    text = f"{filler}优惠{filler}私下给优惠{filler}13800138000优惠私下"
    hits = engine.hits(text)
    assert [text[one.start - 3 : one.end] for one in hits] == ["私下给优惠", "000优惠"]
    anywhere = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["私下"], within = 0 }\n')
    assert [one.start for one in anywhere.hits("优惠" + "好" * 9_000 + "私下" + filler)] == [0]
    assert anywhere.hits("优惠" + filler + "私下") == ()


def test_gaps_of_terms_are_believed_less(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["优惠"]\nnear = { any = ["私下"] }\n')
    assert not hit(engine, "私，下次优惠")


@pytest.mark.parametrize(
    ("side", "text", "is_hit"),
    [
        ("left", "价格77123456", False), ("left", "77123456价格", True), ("right", "77123456价格", False),
        ("right", "价格77123456", True), ("both", "77123456价格", False), ("both", "价格77123456", False),
        ("both", "会员价格77123456", True), ("both", "七七一二三四五六", True), ("both", "88123456", False),
        ("both", "771234567890", False), ("both", "77123456 77123457", True),
    ],
)  # fmt: skip
def test_detectors_of_a_rule_set(tmp_path: Path, side: str, text: str, is_hit: bool) -> None:  # noqa: FBT001
    engine = engine_with(
        tmp_path,
        'words = ["@member"]\n[[detector]]\nid = "member"\nlength = [6, 8]\nprefix = "77"\n'
        'views = ["folded", "spoken"]\n'
        f'reject_near = {{ any = ["价格"], side = "{side}", within = 4, unless = ["会员"] }}\n',
    )
    assert hit(engine, text) is is_hit


def test_a_detector_that_rejects_nothing(tmp_path: Path) -> None:
    engine = engine_with(
        tmp_path, 'words = ["@m"]\n[[detector]]\nid = "m"\nlength = 6\nreject_near = { any = [] }\nviews = ["folded"]\n'
    )
    assert hit(engine, "价格123456")


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ('near = { any = [] }\nwords = ["ab"]', "any"),
        ('words = ["ab"]\nnear = { any = ["x y"], seconds = -1 }', "seconds"),
        ('words = ["ab"]\nnear = { any = ["x y"], sender = "me" }', "sender"),
        ('words = ["ab"]\nnear = { any = ["x y"], effect = "severity+9" }', "effect"),
        ('words = ["ab"]\nspread = 3', "spread"),
        ('words = ["ab"]\nspread = { messages = 9 }', "messages"),
        ('words = ["ab"]\nspread = { seconds = 0 }', "seconds"),
        ('words = ["ab"]\nspread = { minutes = 1 }', "minutes"),
        ('words = ["ab"]\nkinds = ["fax"]', "kinds"),
        ('words = "ab"', "words"),
        ('words = ["ab"]\nnote = 3\nid2 = 1', "id2"),
        ("", "words"),
        ('words = ["ab"]\n[rule.tests]\nhit = "ab"', "hit"),
        ('words = ["ab"]\n[rule.tests]\nhit = [3]', "hit"),
        ('words = ["ab"]\n[rule.tests]\nhit = [{ text = "ab", span = [1] }]', "span"),
        ('words = ["ab"]\n[rule.tests]\nhit = [{ text = "ab", prev = "x" }]', "prev"),
        ('words = ["ab"]\n[rule.tests]\nhit = [{ text = "ab", prev = [3] }]', "prev"),
        ('words = ["ab"]\n[rule.tests]\nhit = [{ text = "ab", prev = [{ side = "staff" }] }]', "text"),
        ('words = ["ab"]\n[[alias]]\nname = "x"\nforms = []', "forms"),
        ('words = ["ab"]\n[[alias]]\nname = "x|y"\nforms = ["a"]', "name"),
        ('words = ["@d"]\n[[detector]]\nid = "d"\nlength = [0, 3]', "length"),
        ('words = ["@d"]\n[[detector]]\nid = "d"', "length"),
        ('words = ["@d"]\n[[detector]]\nid = "d"\nlength = 3\nprefix = "["', "prefix"),
        ('words = ["@d"]\n[[detector]]\nid = "d"\nlength = 3\nkind = "x"', "kind"),
        ('words = ["ab"]\nmatch = { fold_case = 3 }', "fold_case"),
        ('words = ["ab"]\nmatch = { homophone = "loud" }', "homophone"),
        ('words = ["ab"]\nmatch = 3', "match"),
        ('words = ["ab"]\nseverity2 = "low"', "severity2"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, body: str, key: str) -> None:
    with pytest.raises(RuleSyntaxError) as refused:
        engine_with(tmp_path, body)
    assert refused.value.key == key
    assert refused.value.file.name == "rules.toml"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[rule]]\nid = "a b"\ntitle = "x"\ncategory = "c"\nseverity = "low"\nwords = ["ab"]', "id"),
        ('[[rule]]\nid = "ab"\ncategory = "c"\nseverity = "low"\nwords = ["ab"]', "title"),
        ('[[rule]]\nid = "ab"\ntitle = "x"\ncategory = ""\nseverity = "low"\nwords = ["ab"]', "category"),
        ('[[rule]]\nid = "ab"\ntitle = "x"\ncategory = "c"\nwords = ["ab"]', "severity"),
        ('rule = [{ id = "ab", title = "x", category = "c", severity = 3, words = ["ab"] }]', "severity"),
    ],
)
def test_what_every_rule_says(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "rules.toml").write_text(text, "utf-8")
    with pytest.raises(RuleSyntaxError) as refused:
        load_engine([tmp_path])
    assert refused.value.key == key


def test_more_words_than_a_rule_may_have(tmp_path: Path) -> None:
    with pytest.raises(RuleSyntaxError) as refused:
        engine_with(tmp_path, "words = [" + '"a",' * 200_001 + "]")
    assert refused.value.key == "words"


def test_what_files_say_of_pieces_is_kept(tmp_path: Path) -> None:
    (rule,) = engine_with(tmp_path, 'words = ["ab"]\nspread = true\n').ruleset.rules
    assert rule.spread == Spread() == Spread(messages=3, seconds=180)
    body = 'words = ["ab"]\nspread = { messages = 1 }\nnear = { any = ["好的"], seconds = 9, sender = "any" }\n'
    (rule,) = engine_with(tmp_path, body).ruleset.rules
    assert rule.spread == Spread(messages=1)
    assert (rule.near[0].seconds, rule.near[0].sender) == (9, Sender.ANY)


def test_samples_may_say_who_and_when(tmp_path: Path) -> None:
    tests = (
        'words = ["回扣"]\n[rule.tests]\n'
        'hit = [{ text = "扣", prev = ["回"], how = "split" }, '
        '{ text = "扣", side = "staff", prev = [{ text = "回", side = "staff", seconds = 20 }] }]\n'
        'miss = [{ text = "扣", side = "staff", prev = [{ text = "回", side = "customer" }] }, '
        '{ text = "扣", prev = [{ text = "回", seconds = 600 }] }]\n'
    )
    (rule,) = engine_with(tmp_path, tests).ruleset.rules
    assert rule.tests[1].previous == (Earlier(text="回", side=Side.STAFF, age_s=20.0),)


def test_words_as_they_are_written(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["回扣轉帳"]\nmatch = { fold = false }\n')
    assert [hit(engine, text) for text in ("回扣轉帳", "回扣转账", "回口轉帳")] == [True, False, False]
    engine = engine_with(tmp_path, 'words = ["回扣转账"]\nmatch = { fold = true, homophone = false }\n')
    assert [hit(engine, text) for text in ("回扣轉賬", "汇寇撰仗")] == [True, False]
    engine = engine_with(tmp_path, 'words = ["返点"]\nmatch = { homophone = true }\n')
    assert hit(engine, "饭店")


def test_an_allow_word_covers_only_as_it_is_written(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["加微信"]\nallow = ["加微信公众号"]\n')
    assert not hit(engine, "加微信公众号")
    assert hit(engine, "加微信公★众★号")


def test_an_engine_can_be_looked_at(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["回扣", "@email"]\n')
    assert [one.rule.id for one in engine.compiled] == ["a.b"]
    assert not engine.compiled[0].refers_to_contacts_only
    assert [one.entry.word for one in engine.lexicon.search("回扣")] == ["回扣"]
    assert engine.contexts is engine.contexts
    assert engine.version == engine.ruleset.version


def test_channels_are_many_and_remembered_within_bounds(tmp_path: Path) -> None:
    engine = engine_with(tmp_path, 'words = ["回扣"]\nchannels = ["sms"]\n')
    for number in range(300):
        assert not engine.hits("回扣", channel=f"c{number}")
    subject = Subject(kind=SubjectKind.MESSAGE, channel="sms", text="回扣")
    assert len(engine.evaluate(subject)) == len(engine.hits("回扣")) == 1


def test_a_mask_keeps_the_length() -> None:
    answer = mask_line(MaskRequest(id="1", text="电话13800138000"))
    assert (answer.id, answer.masked.masked) == ("1", "电话138****8000")
