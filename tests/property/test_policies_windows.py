"""Batches say what single messages say, and evidence of pieces stands in the message, whatever the characters."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import engine as engines
from policies.engine import LONG_TEXT, Engine
from policies.model import Earlier, How, Side, Subject, SubjectKind
from policies.packs import load_engine
from tests.packs_kit import core_engine

_WRITTEN = (
    "加我 微 信 V v x abc12345 lily_8899 回 扣 回扣 三个点 138 0013 8000 13800138000 私下 转账 别告诉 店长 电话 wechat "
    "we chat 威 心 jia wo 亻言 ❤️ 👨‍👩‍👧 İ ㎏ ① ８ 𠮷 。 ， 好的 在吗 可以用微信支付吗 飞 单"
)
PIECES = (*_WRITTEN.split(), "\ud800", "\n")
WORDS = st.lists(st.sampled_from([*PIECES, " "]), max_size=6).map("".join)
TEXTS = st.one_of(WORDS, st.text(max_size=12), st.tuples(WORDS, st.text(max_size=3)).map("".join))
EARLIER = st.one_of(
    TEXTS,
    st.builds(Earlier, text=TEXTS, side=st.sampled_from(Side), age_s=st.one_of(st.none(), st.floats(0, 400))),
)
SUBJECTS = st.builds(
    Subject,
    kind=st.sampled_from(SubjectKind),
    channel=st.sampled_from(["", "sms", "wechat", "contacts"]),
    text=TEXTS,
    side=st.sampled_from(Side),
    previous=st.lists(EARLIER, max_size=5).map(tuple),
)


FEW = 6


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Batches as small as these tests have them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "FEW", FEW)
        yield


@pytest.fixture(scope="module")
def engine() -> Engine:
    return core_engine()


@settings(max_examples=40, deadline=None)
@given(subjects=st.lists(SUBJECTS, max_size=FEW + 6))
def test_a_batch_says_what_single_messages_say(engine: Engine, subjects: list[Subject]) -> None:
    assert engine.evaluate_many(subjects) == [engine.evaluate(subject) for subject in subjects]
    hits = [
        engine.hits(one.text, channel=one.channel, side=one.side, previous=one.previous, kind=one.kind)
        for one in subjects
    ]
    assert engine.hits_many(subjects) == hits


@settings(max_examples=100, deadline=None)
@given(subject=SUBJECTS)
def test_evidence_stands_in_the_message(engine: Engine, subject: Subject) -> None:
    for verdict in engine.evaluate(subject):
        for hit in verdict.hits:
            assert 0 <= hit.start < hit.end <= len(subject.text)
            assert all(1 <= back <= len(subject.previous) for back in hit.earlier)
            assert list(hit.earlier) == sorted(set(hit.earlier), reverse=True)
            if hit.earlier:
                assert hit.how is How.SPLIT
                assert subject.kind is SubjectKind.MESSAGE
                assert not subject.text[hit.start].isspace()


def test_long_texts_in_a_batch(engine: Engine) -> None:
    texts = ["好" * LONG_TEXT + "回扣", "", "回扣", "加我微信" * 3_000, "加我微信 lily_8899 " * 900]
    subjects = [
        Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text, previous=("好" * 20_000, "私下"))
        for text in [*texts, *["好"] * FEW]
    ]
    found = engine.evaluate_many(subjects)
    assert found == [engine.evaluate(subject) for subject in subjects]
    assert [bool(one) for one in found[: len(texts)]] == [True, False, True, True, True]


def test_a_batch_of_a_set_without_words(tmp_path: Path) -> None:
    head = 'title = "x"\ncategory = "c"\nseverity = "low"\n'
    (tmp_path / "a.toml").write_text(
        f'[[rule]]\nid = "a"\n{head}kinds = ["absence"]\n[[rule]]\nid = "b"\n{head}words = ["@email"]\nspread = false\n'
    )
    engine = load_engine([tmp_path])
    subjects = [
        Subject(kind=SubjectKind.ABSENCE, channel="sms", text=""),
        Subject(kind=SubjectKind.MESSAGE, channel="sms", text="a@b.com", previous=("回",)),
        Subject(kind=SubjectKind.MESSAGE, channel="sms", text="a@b"),
    ] * FEW
    found = [[one.rule_id for one in verdicts] for verdicts in engine.evaluate_many(subjects)]
    assert found == [["a"], ["b"], []] * FEW
