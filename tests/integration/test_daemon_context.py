"""What was said before a message is known by its time: after a restart, for late arrivals, within bounds."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import CollectedBatch, Cursor, Source
from daemon import conversations
from daemon.archive.archive import Archive
from daemon.archive.drafts import AlertFilter
from daemon.archive.errors import ReadTimeoutError
from daemon.archive.neighbours import KEPT, Around
from daemon.conversations import CONTEXT_MESSAGES, Conversations
from daemon.events import CollectedEvent, KeptEvent
from daemon.judge import Judge, Urgency
from daemon.rules import engine_of
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, archive_in, sms, sms_record

SENT, RECEIVED = 2, 1
Message = tuple[int, str, int]
"""Seconds after noon, what was said, who said it."""


async def judged(judge: Judge, archive: Archive, messages: Sequence[Message], first_key: int) -> list[bool]:
    """Whether each raised the rule of the word in pieces; archived afterwards."""
    records = tuple(
        sms_record(first_key + n, text.encode(), at=NOON + timedelta(seconds=at), kind=kind)
        for n, (at, text, kind) in enumerate(messages)
    )
    batch = CollectedBatch(source=Source.SMS, records=records, absent=(), cursor=Cursor("c"), is_caught_up=True)
    ingest = await judge.judge(PHONE, batch, {}, Urgency.LIVE)
    await archive.ingest(ingest)
    return [bool(one.verdicts) for one in ingest.judged]


def judge_of(folder: Path, archive: Archive) -> Judge:
    rules = folder / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "own.toml").write_text(
        '[[rule]]\nid = "own.kickback"\ntitle = "x"\ncategory = "c"\nseverity = "high"\nwords = ["回扣"]\n'
    )
    return Judge(engine_of([str(rules)]), said=archive.neighbours.newest_said)


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        judge = judge_of(tmp_path, archive)
        assert await judged(judge, archive, [(0, "你好", RECEIVED), (10, "这单的回", SENT)], 1) == [False, False]
        judge.close()
    async with archive_in(tmp_path) as archive:
        judge = judge_of(tmp_path, archive)
        try:
            assert await judged(judge, archive, [(40, "扣", SENT)], 3) == [True]
            (alert,) = await archive.alerts(AlertFilter())
            assert [hit.earlier for hit in alert.verdict.hits] == [(1,)]
        finally:
            judge.close()


async def test_messages_are_ordered_by_when_they_were_said(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        judge = judge_of(tmp_path, archive)
        try:
            # in one batch, out of order
            assert await judged(judge, archive, [(20, "扣", SENT), (10, "回", SENT)], 1) == [True, False]
            # what was said later is no context of what comes in late
            assert await judged(judge, archive, [(5_000, "回", SENT)], 11) == [False]
            assert await judged(judge, archive, [(4_990, "扣", SENT)], 12) == [False]
            # nor is what the other side said, or what was said long ago
            assert await judged(judge, archive, [(9_000, "回", RECEIVED), (9_010, "扣", SENT)], 21) == [False, False]
            assert await judged(judge, archive, [(20_000, "回", SENT), (20_200, "扣", SENT)], 31) == [False, False]
            # the same moment: by the row on the phone
            assert await judged(judge, archive, [(30_000, "扣", SENT), (30_000, "回", SENT)], 41) == [False, False]
            assert await judged(judge, archive, [(40_000, "回", SENT), (40_000, "扣", SENT)], 51) == [False, True]
            # collected twice, it is still said once
            assert await judged(judge, archive, [(40_000, "回", SENT), (40_000, "扣", SENT)], 51) == [False, True]
        finally:
            judge.close()


async def test_late_arrivals_find_the_neighbours_of_their_time(tmp_path: Path) -> None:
    day = 86_400
    async with archive_in(tmp_path) as archive:
        judge = judge_of(tmp_path, archive)
        try:
            await judged(judge, archive, [(0, "这单的回", SENT)], 1)
            busy = [(10 * day + n, f"第{n}条", SENT) for n in range(3 * KEPT)]
            await judged(judge, archive, busy, 100)
        finally:
            judge.close()
        judge = judge_of(tmp_path, archive)
        try:
            assert await judged(judge, archive, [(10 * day + 99, "您好", SENT)], 900) == [False]
            assert await judged(judge, archive, [(30, "扣", SENT)], 901) == [True]
            assert await judged(judge, archive, [(10 * day + 200, "回", SENT)], 902) == [False]
            assert await judged(judge, archive, [(10 * day + 210, "扣", SENT)], 903) == [True]
        finally:
            judge.close()


async def test_a_busy_conversation_is_asked_for_once(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        asked: list[int] = []

        async def counted(around: Sequence[Around]) -> tuple[tuple[KeptEvent, ...], ...]:
            asked.append(len(around))
            return await archive.neighbours.newest_said(around)

        judge = judge_of(tmp_path, archive)
        judge._said = counted
        try:
            for number in range(3 * KEPT):
                await judged(judge, archive, [(number, f"第{number}条", SENT)], number + 1)
            assert asked == [1]
        finally:
            judge.close()


async def test_an_archive_that_cannot_be_read_costs_only_the_context(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:

        async def silent(_: Sequence[Around]) -> tuple[tuple[KeptEvent, ...], ...]:
            raise ReadTimeoutError

        judge = judge_of(tmp_path, archive)
        judge._said = silent
        try:
            assert await judged(judge, archive, [(0, "回扣", SENT), (5, "回", SENT), (9, "扣", SENT)], 1) == [
                True, False, True,
            ]  # fmt: skip
        finally:
            judge.close()


def said(key: int, at: int, text: str = "好", peer: str = "13800000017") -> CollectedEvent:
    return sms(key, text.encode(), at=NOON + timedelta(seconds=at), kind=SENT, address=peer.encode())


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_CONVERSATIONS", 10)
    monkeypatch.setattr(conversations, "MAX_CHARACTERS", 3_000)
    known = Conversations()
    for number in range(40):
        known.before([said(number, number, "长" * 5_000, peer=f"138000001{number:02}")])
    assert len(known._known) <= 6
    assert known._characters == sum(one.characters for one in known._known.values()) <= 3_000
    for number in range(200):
        known.before([said(number, number)])
    (one,) = [one for (_, peer), one in known._known.items() if peer.endswith("0000017")]
    assert len(one.said) == KEPT
    earlier = known.before([said(500, 500)])[0]
    assert len(earlier) == CONTEXT_MESSAGES
    assert [round(message.age_s or 0) for message in earlier] == list(range(300 + CONTEXT_MESSAGES, 300, -1))


def test_phones_and_peers_are_kept_apart_and_old_words_are_no_context() -> None:
    known = Conversations()
    known.before([said(1, 0)])
    assert known.before([said(2, 5, peer="13800000018")]) == [()]
    assert known.before([sms(2, b"x", device=OTHER_PHONE)]) == [()]
    assert known.before([said(3, 86_401)]) == [()]
    assert [one.text for one in known.before([said(4, 86_402)])[0]] == ["好"]
    assert known.before([sms(5, b"x", address=None)]) == [()]
    assert known.before([]) == []


def test_an_edited_message_is_said_once() -> None:
    known = Conversations()
    known.before([said(1, 0, "回")])
    known.before([said(1, 0, "别的")])
    assert [one.text for one in known.before([said(2, 5)])[0]] == ["别的"]
    assert known._characters == 3


async def test_two_judges_at_once_do_not_mix(tmp_path: Path) -> None:
    """Slices of several sources go one after the other; each finds what the others left."""
    async with archive_in(tmp_path) as archive:
        judge = judge_of(tmp_path, archive)
        try:
            found = await asyncio.gather(
                *(judged(judge, archive, [(n * 1_000, "回", SENT), (n * 1_000 + 9, "扣", SENT)], 1 + 2 * n)
                  for n in range(20))
            )  # fmt: skip
            assert found == [[False, True]] * 20
        finally:
            judge.close()
