"""Ingest into a real SQLCipher file: what is new, known, edited, gone and back; alerts; the cursor; refusals."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.records import AbsenceDoubt, AbsentRecord, Cursor, RawRecord, Source, UnreadableRow
from crypto.database import OpenMode
from crypto.errors import CryptoErrorCode, VaultStateError, WrongKeyError
from daemon.absence import finding, grouped
from daemon.api.wire import AlertStatus
from daemon.archive.drafts import AlertFilter, EventFilter
from daemon.archive.errors import ArchiveClosedError, NotEnrolledError, UnitRefusedError
from daemon.events import EventKind, GroupFinding, Ingest, JudgedEvent
from daemon.normalise import normalise
from policies.model import Severity
from tests.archive_kit import (
    NOON,
    OTHER_PHONE,
    PHONE,
    StepClock,
    absence,
    archive_in,
    enrolment,
    id_of,
    ingest_of,
    kept,
    open_archive,
    root_key,
    sms,
    verdict,
)


async def test_what_goes_in_comes_out_byte_for_byte(tmp_path: Path) -> None:
    bodies = [
        None,
        b"",
        b"\xff\x00\xfe",
        "好\u202e的\x1b]52;c;x\x07".encode(),
        b"Row: 7 _id=9, body=" * 50,
        "😀".encode(),
    ]
    events = [sms(key, body, address=b"+86 13800000017") for key, body in enumerate(bodies, 1)]
    async with archive_in(tmp_path) as archive:
        committed = await archive.ingest(ingest_of(events))
        assert committed.new_events == len(events)
        stored = await archive.events(EventFilter())
        assert [archived.event for archived in stored] == [kept(event) for event in reversed(events)]
        assert committed.ledger_size == stored[0].ledger_index == archive.ledger_size
        assert (await archive.verify()).ok


async def test_collecting_twice_changes_nothing_but_the_cursor(tmp_path: Path) -> None:
    events = [sms(key, verdicts := b"hello") for key in (1, 2, 3)]
    assert verdicts
    async with archive_in(tmp_path) as archive:
        first = await archive.ingest(ingest_of(events, cursor="a", verdicts=[verdict()]))
        again = await archive.ingest(ingest_of(events, cursor="b", verdicts=[verdict(), verdict("other")]))
        assert len(first.new_alert_ids) == 3
        assert (again.new_events, again.new_alert_ids) == (0, ())
        assert again.ledger_size == first.ledger_size
        assert await archive.cursor(PHONE, Source.SMS) == "b"
        assert (await archive.counts()).events == 3


async def test_the_same_event_twice_in_one_batch(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        committed = await archive.ingest(ingest_of([sms(1), sms(1)], verdicts=[verdict(), verdict()]))
        assert (committed.new_events, len(committed.new_alert_ids)) == (1, 1)


async def test_everything_survives_a_restart(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)], cursor="a", verdicts=[verdict()], is_caught_up=False))
        assert await archive.sources_read_to_end(PHONE) == frozenset()
    async with archive_in(tmp_path) as archive:
        assert await archive.cursor(PHONE, Source.SMS) == "a"
        assert await archive.cursor(PHONE, Source.CONTACTS) is None
        assert len(await archive.alerts(AlertFilter())) == 1
        assert len(await archive.take_outbox(10)) == 1
        await archive.ingest(ingest_of([sms(1), sms(2)], cursor="b"))
        await archive.ingest(ingest_of([], cursor="c", is_caught_up=False))
        assert await archive.sources_read_to_end(PHONE) == {Source.SMS}
        assert (await archive.verify()).ok


async def test_an_edit_replaces_and_an_edit_back_restores(tmp_path: Path) -> None:
    before, after = sms(1, b"one"), sms(1, b"two")
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([before]))
        await archive.ingest(ingest_of([after]))
        newer, older = await archive.events(EventFilter())
        assert (older.event.body, older.replaced_by, older.absent_since) == (b"one", newer.ledger_index, None)
        assert await archive.last_events(PHONE, Source.SMS, ("1", "2")) == {"1": kept(after)}
        again = await archive.ingest(ingest_of([before]))
        assert again.new_events == 0
        newer, older = await archive.events(EventFilter())
        assert (older.replaced_by, newer.replaced_by) == (None, older.ledger_index)
        assert await archive.present_ids(PHONE, Source.SMS, 0, 9) == {1}
        assert (await archive.verify()).ok


async def test_an_absence_is_a_finding_with_a_time_and_a_return_clears_it(tmp_path: Path) -> None:
    clock = StepClock()
    rows = [sms(key) for key in (1, 2, 3)]
    async with archive_in(tmp_path, clock=clock) as archive:
        await archive.ingest(ingest_of(rows))
        noticed_at = NOON + timedelta(minutes=5)
        finding = absence(rows[1], at=noticed_at)
        gone = ingest_of([finding], absent_keys=("2",), verdicts=[verdict("contact.deleted")])
        committed = await archive.ingest(gone)
        assert committed.new_events == 1
        assert await archive.present_ids(PHONE, Source.SMS, 1, 3) == {1, 3}
        (marked,) = await archive.events(EventFilter(event_ids=(id_of(rows[1]),)))
        assert marked.absent_since == noticed_at
        (told,) = await archive.events(EventFilter(kind=EventKind.ABSENCE))
        assert (told.event, told.absent_since) == (kept(finding), None)
        (alert,) = await archive.alerts(AlertFilter())
        assert alert.archived.event.event_id == id_of(finding)
        # noticed again, at another time: known already
        repeated = await archive.ingest(ingest_of([absence(rows[1], at=NOON + timedelta(hours=1))], absent_keys=("2",)))
        assert repeated.new_events == 0
        back = await archive.ingest(ingest_of([rows[1]]))
        assert back.new_events == 0
        (restored,) = await archive.events(EventFilter(event_ids=(id_of(rows[1]),)))
        assert restored.absent_since is None
        assert await archive.present_ids(PHONE, Source.SMS, 1, 3) == {1, 2, 3}
        assert (await archive.verify()).ok


async def test_a_row_that_nobody_archived_cannot_be_absent(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        committed = await archive.ingest(ingest_of([absence(sms(9))], absent_keys=("9", "10")))
        assert committed.new_events == 0
        assert (await archive.counts()).events == 0


async def test_a_reused_row_id_after_an_absence_is_a_new_event(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1, b"old")]))
        await archive.ingest(ingest_of([absence(sms(1, b"old"))], absent_keys=("1",)))
        await archive.ingest(ingest_of([sms(1, b"new")]))
        new, finding, old = await archive.events(EventFilter())
        assert (new.event.body, finding.event.kind, old.event.body) == (b"new", EventKind.ABSENCE, b"old")
        assert old.absent_since is not None
        assert new.absent_since is None


async def test_an_unreadable_row_takes_its_place_until_it_can_be_read(tmp_path: Path) -> None:
    row = UnreadableRow(provider_id=1, reason="too_large", size_bytes=9)
    unreadable = normalise(RawRecord(source=Source.SMS, source_key="1", row=row, collected_at=NOON), PHONE)
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([unreadable]))
        assert await archive.present_ids(PHONE, Source.SMS, 1, 1) == {1}
        await archive.ingest(ingest_of([sms(1)]))
        assert await archive.last_events(PHONE, Source.SMS, ("1",)) == {"1": kept(sms(1))}


async def test_nothing_is_written_of_a_phone_without_an_enrolment_for_the_source(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=()) as archive:
        with pytest.raises(NotEnrolledError):
            await archive.ingest(ingest_of([sms(1)]))
        await archive.add_enrolment(enrolment(scope=("call_log",)))
        with pytest.raises(NotEnrolledError):
            await archive.ingest(ingest_of([sms(1)]))
        await archive.end_enrolment(PHONE, actor="owner", reason="returned")
        await archive.add_enrolment(enrolment(scope=("sms",)))
        await archive.ingest(ingest_of([sms(1)]))
        await archive.end_enrolment(PHONE, actor="owner", reason="returned")
        with pytest.raises(NotEnrolledError):
            await archive.ingest(ingest_of([sms(2)], cursor="late"))
        assert (await archive.counts()).events == 1
        assert await archive.cursor(PHONE, Source.SMS) == "c1"


async def test_an_ingest_that_is_not_in_order_is_refused_whole(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        with pytest.raises(UnitRefusedError):
            await archive.ingest(ingest_of([sms(2), sms(1, device=OTHER_PHONE)], cursor="bad"))
        assert (await archive.counts()).events == 0
        assert await archive.cursor(PHONE, Source.SMS) is None
        assert (await archive.verify()).ok


async def test_a_bad_unit_fails_alone_in_its_group(tmp_path: Path) -> None:
    unstorable = replace(sms(50), peer="a\ud800")
    async with archive_in(tmp_path) as archive:
        units = [
            archive.ingest(ingest_of([unstorable if key == 50 else sms(key)], cursor=str(key))) for key in range(1, 101)
        ]
        results = await asyncio.gather(*units, return_exceptions=True)
        bad = [result for result in results if isinstance(result, BaseException)]
        assert [type(error) for error in bad] == [UnitRefusedError]
        assert "\ud800" not in str(bad[0])
        assert (await archive.counts()).events == 99
        assert (await archive.verify()).ok


async def test_what_a_failed_unit_had_numbered_is_numbered_again(tmp_path: Path) -> None:
    newcomer = sms(1, address=b"13900000001")
    async with archive_in(tmp_path) as archive:
        with pytest.raises(UnitRefusedError):
            await archive.ingest(ingest_of([newcomer, replace(sms(2), peer="\udc00")]))
        await archive.ingest(ingest_of([newcomer]))
        (stored,) = await archive.events(EventFilter())
        assert stored.event == kept(newcomer)
        assert (await archive.verify()).ok


async def test_verdicts_become_alerts_with_their_evidence(tmp_path: Path) -> None:
    event = sms(1, "这单给你回扣".encode())
    judged = (JudgedEvent(event=event, verdicts=(verdict(start=4), verdict("b", severity=Severity.LOW))),)
    ingest = Ingest(
        device=PHONE, source=Source.SMS, judged=judged, absent_keys=(), cursor=Cursor("x"), is_caught_up=True
    )
    async with archive_in(tmp_path) as archive:
        committed = await archive.ingest(ingest)
        low, high = await archive.alerts(AlertFilter())
        assert (high.alert_id, low.alert_id) == committed.new_alert_ids == await archive.take_outbox(10)
        assert (high.verdict, high.status, high.raised_at) == (verdict(start=4), AlertStatus.OPEN, NOON)
        assert high.archived.event == kept(event)
        await archive.mark_outbox_sent((high.alert_id, "al_unknown"))
        assert await archive.take_outbox(10) == (low.alert_id,)


async def test_one_customer_on_two_phones(tmp_path: Path) -> None:
    ours, theirs = sms(1, address=b"+8613800000017"), sms(1, address=b"138 0000 0017", device=OTHER_PHONE)
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        await archive.ingest(ingest_of([ours, sms(2, address=None)]))
        await archive.ingest(ingest_of([theirs], device=OTHER_PHONE))
        on_other, unknown, on_one = await archive.events(EventFilter())
        assert on_one.conversation == archive.conversation(PHONE, "+8613800000017")
        assert on_one.conversation != on_other.conversation
        assert unknown.conversation == ""
        found = await archive.events(EventFilter(conversation=on_one.conversation))
        assert [archived.event for archived in found] == [kept(ours)]
        assert "13800000017" not in on_one.conversation


async def test_units_that_come_together_share_commits(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await asyncio.gather(*[archive.ingest(ingest_of([sms(key)], cursor=str(key))) for key in range(250)])
        result = await archive.verify()
        assert result.ok
        assert result.ledger_size == 251
        assert result.heads_checked // 2 < 50  # each commit is signed here, and each head is met in two places


async def test_no_word_and_no_number_can_be_read_in_the_files(tmp_path: Path) -> None:
    canary = "鸡血石CANARY13812345678"
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1, canary.encode(), address=b"13812345678")], verdicts=[verdict()]))
        names = {file.name for file in tmp_path.iterdir()}
        contents = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    contents += b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert {"archive.db", "archive.db-wal", "heads.log"} <= names
    for part in ("鸡血石".encode(), b"CANARY", b"canary", b"13812345678", "林小雨".encode(), b"kickback"):
        assert part not in contents


async def test_a_wrong_key_opens_nothing_and_harms_nothing(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
    with pytest.raises(VaultStateError, match=CryptoErrorCode.KEYRING_OTHER_STORE):
        open_archive(tmp_path, root=root_key(8))
    (tmp_path / "heads.log").rename(tmp_path / "away.log")
    with pytest.raises(WrongKeyError):
        open_archive(tmp_path, root=root_key(8))
    (tmp_path / "away.log").rename(tmp_path / "heads.log")
    async with archive_in(tmp_path) as archive:
        assert (await archive.counts()).events == 1


async def test_a_read_only_archive_reads_beside_the_writer(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
        reader = open_archive(tmp_path, mode=OpenMode.READ_ONLY)
        try:
            assert len(await reader.events(EventFilter())) == 1
            assert (await reader.verify()).ok
            with pytest.raises(ArchiveClosedError):
                await reader.ingest(ingest_of([sms(2)]))
        finally:
            await reader.close()


async def test_after_the_close_nothing_is_taken_and_what_was_queued_is_written(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    await archive.add_enrolment(enrolment())
    writing = [asyncio.ensure_future(archive.ingest(ingest_of([sms(key)], cursor=str(key)))) for key in range(30)]
    await asyncio.sleep(0)
    await archive.close()
    await asyncio.gather(*writing)
    with pytest.raises(ArchiveClosedError):
        await archive.ingest(ingest_of([sms(99)]))
    with pytest.raises(ArchiveClosedError):
        await archive.counts()
    async with archive_in(tmp_path) as reopened:
        assert (await reopened.counts()).events == 30


async def test_a_cancelled_writer_does_not_stop_the_queue(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        for key in range(600):  # more than the queue holds: a slot must come back each time
            task = asyncio.ensure_future(archive.ingest(ingest_of([sms(key)], cursor=str(key))))
            await asyncio.sleep(0)
            task.cancel()
        async with asyncio.timeout(20):
            await archive.ingest(ingest_of([sms(1_000)]))
        assert (await archive.verify()).ok


def _group(keys: range, *doubts: AbsenceDoubt, at: datetime = NOON) -> GroupFinding:
    absent = [
        AbsentRecord(source=Source.SMS, source_key=str(key), noticed_at=at, doubts=frozenset(doubts)) for key in keys
    ]
    (group,) = grouped(absent)
    event = finding(group, {}, PHONE)
    keys_of = tuple(one.source_key for one in absent)
    return GroupFinding(judged=JudgedEvent(event=event, verdicts=()), keys=keys_of, is_conclusive=not doubts)


async def test_many_vanished_rows_are_one_finding(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(1, 31)]))
        bulk = replace(ingest_of([]), group_findings=(_group(range(1, 21)),))
        committed = await archive.ingest(bulk)
        assert committed.new_events == 1
        assert await archive.present_ids(PHONE, Source.SMS, 1, 30) == frozenset(range(21, 31))
        again = replace(ingest_of([]), group_findings=(_group(range(1, 21), at=NOON + timedelta(hours=1)),))
        assert (await archive.ingest(again)).new_events == 0
        assert (await archive.verify(None)).problem is None


async def test_doubtful_rows_stay_current_and_are_told_once(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        rows = [sms(key) for key in range(1, 6)]
        await archive.ingest(ingest_of(rows))
        doubt = replace(ingest_of([]), group_findings=(_group(range(1, 4), AbsenceDoubt.SIM_FILTER),))
        assert (await archive.ingest(doubt)).new_events == 1
        assert await archive.present_ids(PHONE, Source.SMS, 1, 9) == frozenset(range(1, 6))
        later = NOON + timedelta(hours=1)
        again = replace(ingest_of([]), group_findings=(_group(range(1, 4), AbsenceDoubt.SIM_FILTER, at=later),))
        assert (await archive.ingest(again)).new_events == 0
        # the SIM is back: seen again, and a later doubt is news again
        await archive.ingest(ingest_of(rows[:3]))
        assert (await archive.ingest(again)).new_events == 1
        sure = replace(ingest_of([]), group_findings=(_group(range(1, 11), at=later + timedelta(hours=1)),))
        assert (await archive.ingest(sure)).new_events == 1
        assert await archive.present_ids(PHONE, Source.SMS, 1, 9) == frozenset()
        assert (await archive.verify(None)).problem is None
