"""Filters, pages and search, with the plans SQLite makes for them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import CallRow, ContactRow, RawRecord, Source, Untrusted
from crypto.database import OpenMode, SqlValue, open_database
from crypto.keys import Purpose
from daemon.archive.alerts import UNSENT
from daemon.archive.archive import Archive, tokens_of
from daemon.archive.drafts import EventFilter, NumberSearch
from daemon.archive.event_conditions import is_for_index
from daemon.archive.event_queries import PRESENT_IDS, SELECT_EVENTS, conditions_of
from daemon.archive.fleet_records import OPEN_ALERTS
from daemon.events import CollectedEvent, Event, EventKind
from daemon.normalise import normalise
from tests.archive_kit import (
    NOON,
    OTHER_PHONE,
    PHONE,
    absence,
    archive_in,
    id_of,
    ingest_of,
    root_key,
    sms,
    vault_keys,
    whole_text,
)


def call(key: int) -> CollectedEvent:
    row = CallRow(
        provider_id=key,
        number=Untrusted("13800000018"),
        date_ms=round(NOON.timestamp() * 1000) + key,
        duration_s=5,
        type=1,
        presentation=1,
        subscription_id=None,
        cached_name=None,
        last_modified_ms=None,
    )
    return normalise(RawRecord(source=Source.CALL_LOG, source_key=str(key), row=row, collected_at=NOON), PHONE)


def contact(key: int, name: str, *numbers: str) -> CollectedEvent:
    row = ContactRow(
        provider_id=key,
        display_name=Untrusted(name),
        numbers=tuple(Untrusted(number) for number in numbers),
        emails=(),
        note=None,
        updated_ms=None,
    )
    return normalise(RawRecord(source=Source.CONTACTS, source_key=str(key), row=row, collected_at=NOON), PHONE)


async def keys(archive: Archive, query: EventFilter) -> list[str]:
    return [archived.event.source_key for archived in await archive.events(query)]


async def test_filters_are_joined_by_and(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        await archive.ingest(ingest_of([sms(key, at=NOON - timedelta(hours=key)) for key in range(1, 11)]))
        await archive.ingest(ingest_of([call(100), call(101)], source=Source.CALL_LOG))
        await archive.ingest(ingest_of([contact(200, "陈先生", "13800000018")], source=Source.CONTACTS))
        await archive.ingest(ingest_of([sms(300, device=OTHER_PHONE)], device=OTHER_PHONE))
        await archive.ingest(ingest_of([absence(sms(9, at=NOON - timedelta(hours=9)))], absent_keys=("9",)))

        assert await keys(archive, EventFilter(limit=3)) == ["9", "300", "200"]
        assert await keys(archive, EventFilter(kind=EventKind.CALL)) == ["101", "100"]
        assert await keys(archive, EventFilter(kind=EventKind.CALL, device=OTHER_PHONE)) == []
        assert await keys(archive, EventFilter(source=Source.SMS, kind=EventKind.ABSENCE)) == ["9"]
        assert await keys(archive, EventFilter(device=OTHER_PHONE)) == ["300"]
        since = NOON - timedelta(hours=2)
        assert await keys(archive, EventFilter(since=since, source=Source.SMS)) == ["9", "300", "2", "1"]
        assert await keys(archive, EventFilter(since=since, device=PHONE, kind=EventKind.MESSAGE)) == ["2", "1"]
        conversation = archive.conversation(PHONE, "+8613800000018")
        assert await keys(archive, EventFilter(conversation=conversation)) == ["200", "101", "100"]
        assert await keys(archive, EventFilter(conversation="cv_junk")) == []
        assert await keys(archive, EventFilter(event_ids=(id_of(call(100)), id_of(call(999))))) == ["100"]


@pytest.mark.parametrize(
    "query", [EventFilter(), EventFilter(device=PHONE), EventFilter(since=NOON - timedelta(days=9))]
)
async def test_pages_meet_without_gap_or_overlap(tmp_path: Path, query: EventFilter) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key, at=NOON - timedelta(minutes=key)) for key in range(1, 48)]))
        seen: list[int] = []
        before: int | None = None
        while page := await archive.events(replace(query, limit=10, before=before)):
            seen += [archived.ledger_index for archived in page]
            before = page[-1].ledger_index
        assert seen == sorted(seen, reverse=True)
        assert len(set(seen)) == 47


async def test_what_happened_lately_is_found_behind_a_backfill_of_old_messages(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(1, 4)]))
        old = NOON - timedelta(days=400)
        for start in range(10, 6_010, 1_000):
            await archive.ingest(ingest_of([sms(key, at=old) for key in range(start, start + 1_000)]))
        assert await keys(archive, EventFilter(since=NOON - timedelta(days=1))) == ["3", "2", "1"]
        assert await keys(archive, EventFilter(since=NOON - timedelta(days=1), limit=2)) == ["3", "2"]


async def find(archive: Archive, text: str, **more: object) -> list[str]:
    page = await archive.search(text, EventFilter(), visible=whole_text, **more)  # type: ignore[arg-type]
    return [found.archived.event.source_key for found in page.found]


async def test_words_are_found_with_their_places(tmp_path: Path) -> None:
    texts = {
        1: "加微信详聊",
        2: "微，信",
        3: "这款手镯还有货，款到发货",
        4: "My WeChat is ＡＢＣ",
        5: "订单13800中",
        6: "信",
        7: "\U00020bb7野家",
    }
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key, text.encode()) for key, text in texts.items()]))
        assert await find(archive, "微信") == ["1"]
        assert await find(archive, "信") == ["6", "2", "1"]
        assert await find(archive, "信详聊") == ["1"]
        assert await find(archive, "货款") == []
        assert await find(archive, "货，款") == ["3"]
        assert await find(archive, "手镯 发货") == ["3"]
        assert await find(archive, "wechat abc") == ["4"]
        assert await find(archive, "WeCh") == ["4"]
        assert await find(archive, "38") == ["5"]
        assert await find(archive, "00中") == ["5"]
        assert await find(archive, "\U00020bb7") == ["7"]
        for nothing in ("", "  ", "😀", '"', "*", "没有的词", "NEAR("):
            assert await find(archive, nothing) == []
        (found,) = (await archive.search("货", EventFilter(limit=1), visible=whole_text)).found
        text = found.archived.event.text
        assert [text[start:end] for start, end in found.spans] == ["货", "货"]


async def test_search_obeys_the_other_filters_and_comes_in_pages(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        await archive.ingest(ingest_of([sms(key, "黄金".encode()) for key in range(1, 31)]))
        await archive.ingest(ingest_of([sms(1, "黄金".encode(), device=OTHER_PHONE)], device=OTHER_PHONE))
        page = await archive.search("黄金", EventFilter(device=OTHER_PHONE), visible=whole_text)
        assert [found.archived.event.device for found in page.found] == [OTHER_PHONE]
        seen: list[int] = []
        before: int | None = None
        while True:
            page = await archive.search("黄金", EventFilter(limit=7, before=before), visible=whole_text)
            seen += [found.archived.ledger_index for found in page.found]
            if (before := page.next_before) is None:
                break
        assert len(seen) == len(set(seen)) == 31


async def test_search_is_no_oracle_for_what_is_masked(tmp_path: Path) -> None:
    def masked(event: Event) -> str:
        return event.text.replace("13800000017", "138****0017").replace("wx_jade", "w******")

    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1, "我的号13800000017，微信wx_jade，3800元".encode())]))
        for prefix in ("13800000017", "1380", "80000", "00000", "000", "8000", "wx", "wx_jade", "jade"):
            page = await archive.search(prefix, EventFilter(), visible=masked)
            assert page.found == (), prefix
        for shown in ("3800元", "138", "0017", "微信", "3800"):
            page = await archive.search(shown, EventFilter(), visible=masked)
            assert len(page.found) == 1, shown
        cut = await archive.search("微信", EventFilter(), visible=lambda event: event.text[:-1])
        assert cut.found == ()
        assert await find(archive, "800000") == ["1"]


async def test_a_complete_number_finds_who_it_belongs_to_when_that_is_allowed(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(
            ingest_of([sms(1, b"hi", address=b"+8613800000017"), sms(2, b"hi", address=b"13800000018")])
        )
        await archive.ingest(ingest_of([sms(3, "打13800000017".encode(), address=b"10086")]))
        people = [contact(4, "陈先生", "0755-82000000", "138 0000 0017"), contact(5, "李女士", "13800000018")]
        await archive.ingest(ingest_of(people, source=Source.CONTACTS))
        complete = NumberSearch.COMPLETE
        assert await find(archive, "138 0000 0017", numbers=complete) == ["4", "3", "1"]
        assert await find(archive, "13800000017", numbers=complete) == ["4", "3", "1"]
        assert await find(archive, "+86 0755 82000000", numbers=complete) == ["4"]
        assert await find(archive, "13800000017") == ["3"]
        assert await find(archive, "1380000001", numbers=complete) == ["5", "3"]
        first = await archive.search("13800000017", EventFilter(limit=2), visible=whole_text, numbers=complete)
        assert first.next_before is not None
        rest = await archive.search(
            "13800000017", EventFilter(limit=2, before=first.next_before), visible=whole_text, numbers=complete
        )
        assert [found.archived.event.source_key for found in (*first.found, *rest.found)] == ["4", "3", "1"]
        masked = await archive.search(
            "13800000017", EventFilter(), visible=lambda event: "*" * len(event.text), numbers=complete
        )
        assert [found.archived.event.source_key for found in masked.found] == ["4", "1"]


async def test_findings_of_absence_are_not_found_twice(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1, "玉坠".encode())]))
        await archive.ingest(ingest_of([absence(sms(1, "玉坠".encode()))], absent_keys=("1",)))
        assert await find(archive, "玉坠") == ["1"]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (EventFilter(), ""),
        (EventFilter(kind=EventKind.ABSENCE), "events_by_rare_kind"),
        (EventFilter(kind=EventKind.CALL, device=PHONE), "events_by_rare_kind_and_device"),
    ],
)
async def test_lists_come_in_order_from_an_index(tmp_path: Path, query: EventFilter, index: str) -> None:
    conditions = conditions_of(query, tokens_of(vault_keys(tmp_path)))
    assert conditions is not None
    sql = SELECT_EVENTS + conditions.clause() + " ORDER BY e.ledger_index DESC LIMIT 5"
    plan = await plan_of(tmp_path, sql, *conditions.parameters)
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "query",
    [
        EventFilter(device=PHONE),
        EventFilter(device=PHONE, kind=EventKind.MESSAGE, before=99),
        EventFilter(conversation="cv_" + "a" * 26),
        EventFilter(source=Source.SMS),
    ],
)
async def test_other_lists_come_in_order_from_the_full_text_index(tmp_path: Path, query: EventFilter) -> None:
    assert is_for_index(query)
    sql = "SELECT rowid FROM events_text WHERE events_text MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT 5"
    plan = await plan_of(tmp_path, sql, '"a"', 99)
    assert "events_text VIRTUAL TABLE INDEX" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (PRESENT_IDS, "COVERING INDEX events_by_key (device_no=? AND source=? AND source_key>? AND source_key<?)"),
        (OPEN_ALERTS, "COVERING INDEX alerts_open"),
        (UNSENT, "SCAN o"),
    ],
)
async def test_what_polls_ask_does_not_read_the_history(tmp_path: Path, sql: str, index: str) -> None:
    plan = await plan_of(tmp_path, sql, *[1] * sql.count("?"))
    assert index in plan
    assert "TEMP B-TREE" not in plan


async def plan_of(directory: Path, sql: str, *parameters: SqlValue) -> str:
    async with archive_in(directory) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(1, 200)]))
    key = root_key().derive(Purpose.ARCHIVE)
    with open_database(directory / "archive.db", key, OpenMode.READ_ONLY) as database:
        return " | ".join(str(row[3]) for row in database.execute("EXPLAIN QUERY PLAN " + sql, parameters))
