"""Backtracking end to end: a real archive of two phones, the desk, the API's socket, the command line."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adb_bridge.records import CallRow, ContactRow, DeviceSerial, RawRecord, Source, Untrusted
from console.app.app import CATALOG
from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import load_texts
from daemon.api.timeline import MarkKind, TimelineQuery
from daemon.api.timeline_client import reveal_timeline, timeline
from daemon.api.wire import EventQuery, Role, Trace
from daemon.archive.archive import Archive
from daemon.archive.clocks import ClockReading
from daemon.archive.erasing import Cause
from daemon.archive.records import ArchivedEnrolment
from daemon.audit import AuditTrail
from daemon.event_filters import EventFilters
from daemon.event_reading import EventReading
from daemon.events import CollectedEvent
from daemon.http.server import ApiServer
from daemon.normalise import normalise
from daemon.rights.guard import PrivacyGuard
from daemon.service import Caller
from daemon.service_errors import refusing
from daemon.timeline_desk import TimelineDesk
from tests.archive_kit import (
    NOON,
    OTHER_PHONE,
    PHONE,
    StepClock,
    absence,
    archive_in,
    ingest_of,
    sms,
    vault_keys,
    verdict,
)

from .cli_runner import shopwarden
from .fake_service import FakeService

NUMBER = "13800000017"
DAEMON_CATALOG = Path(__file__).parents[2] / "daemon" / "catalog"


@dataclass
class Shop(FakeService):
    """The parts of the service that read events, over a real archive."""

    reading: EventReading | None = None
    desk: TimelineDesk | None = None
    texts: dict[str, Any] = field(default_factory=dict)

    @property
    def desks(self) -> Any:  # noqa: ANN401 - one desk of all
        return SimpleNamespace(timeline=self.desk)

    async def events(self, caller: Caller, query: EventQuery) -> tuple[Any, ...]:
        assert self.reading is not None
        with refusing():
            return await self.reading.masked(caller, query, self.texts[caller.language])


class Names:
    """A directory of phones that are known by their serials."""

    def named(self, name: str | None) -> DeviceSerial | None:
        return None if name is None else DeviceSerial(name)

    async def knows(self, name: str) -> bool:
        return name in {PHONE, OTHER_PHONE}

    async def in_force(self) -> dict[str, ArchivedEnrolment]:
        return {}


@contextlib.asynccontextmanager
async def shop(directory: Path) -> AsyncIterator[tuple[Archive, dict[str, Role]]]:
    """Served at `directory`/api.sock for the role that the caller puts into the dict."""
    clock, role = StepClock(), {"role": Role.REVIEWER}
    async with archive_in(directory, clock=clock, enrolled=(PHONE, OTHER_PHONE)) as archive:
        await fill(archive, clock)
        audit = AuditTrail(archive, vault_keys(directory))
        guard = PrivacyGuard(archive)
        names: Any = Names()
        texts = {language: load_texts(language, DAEMON_CATALOG, CATALOG) for language in ("en", "zh")}
        service = Shop(texts=texts, reading=EventReading(archive, audit, names, guard))
        service.desk = TimelineDesk(
            archive=archive, audit=audit, filters=EventFilters(archive, names, guard.people), guard=guard, texts=texts
        )
        server = ApiServer(
            service,
            lambda uid, language: Caller(uid=uid, name="tester", role=role["role"], language=language),
            directory / "api.sock",
            monotonic=time.monotonic,
        )
        await server.start()
        try:
            yield archive, role
        finally:
            await server.stop()


def call(key: int, number: str, device: DeviceSerial, *, hours: int) -> CollectedEvent:
    at = NOON + timedelta(hours=hours)
    row = CallRow(
        provider_id=key, number=Untrusted(number), date_ms=round(at.timestamp() * 1000), duration_s=75, type=2,
        presentation=1, subscription_id=None, cached_name=None, last_modified_ms=None,
    )  # fmt: skip
    return normalise(RawRecord(source=Source.CALL_LOG, source_key=str(key), row=row, collected_at=at), device)


async def fill(archive: Archive, clock: StepClock) -> None:
    """One customer on two phones over ten hours, another one between; from hour 5 on PHONE's clock is an hour ahead."""

    def at(hours: int, *, ahead: int = 0) -> dict[str, Any]:
        clock.moment = NOON + timedelta(hours=hours)
        return {"at": NOON + timedelta(hours=hours + ahead)}

    first = sms(1, "您好，戒指还有吗".encode(), **at(1))
    await archive.ingest(ingest_of([first]))
    await archive.ingest(
        ingest_of([sms(1, "回扣转我".encode(), device=OTHER_PHONE, address=b"+86 138 0000 0017", **at(2))],
                  device=OTHER_PHONE, verdicts=[verdict()])
    )  # fmt: skip
    await archive.ingest(ingest_of([call(1, "0086-138-0000-0017", PHONE, hours=3)], source=Source.CALL_LOG))
    await archive.ingest(ingest_of([sms(2, "别人的话".encode(), address=b"13900000018", **at(4))]))
    reading = ClockReading(read_at=NOON + timedelta(hours=5), offset_ms=3_600_000, utc_offset_min=480)
    await archive.clocks.note(PHONE, ClockReading(read_at=NOON, offset_ms=0, utc_offset_min=480))
    await archive.clocks.note(PHONE, reading)
    claimed = sms(3, f"加我 {NUMBER}".encode(), **at(6, ahead=1))
    ahead = replace(claimed, received_at=NOON + timedelta(hours=6, seconds=3))
    await archive.ingest(ingest_of([ahead]))
    await archive.ingest(ingest_of([sms(2, "原话".encode(), device=OTHER_PHONE, **at(7))], device=OTHER_PHONE))
    await archive.ingest(ingest_of([sms(2, "改过的话".encode(), device=OTHER_PHONE, **at(7))], device=OTHER_PHONE))
    await archive.ingest(ingest_of([absence(first, at=NOON + timedelta(hours=8))], absent_keys=("1",)))
    contact = ContactRow(
        provider_id=9, display_name=Untrusted("王小明"), numbers=(Untrusted("010-1234567"), Untrusted(NUMBER)),
        emails=(), note=None, updated_ms=None,
    )  # fmt: skip
    record = RawRecord(source=Source.CONTACTS, source_key="9", row=contact, collected_at=at(9)["at"])
    await archive.ingest(ingest_of([normalise(record, OTHER_PHONE)], device=OTHER_PHONE, source=Source.CONTACTS))


async def test_one_customer_on_every_phone_in_order_of_our_clock(tmp_path: Path) -> None:
    async with shop(tmp_path), ApiClient(tmp_path / "api.sock", "zh") as client:
        page = await timeline(client, TimelineQuery(peer="０１３８ ００００ ００１７"[1:]))
        spellings = ["+86 138-0000-0017", "008613800000017", "138 0000 0017"]
        same = [await timeline(client, TimelineQuery(peer=spelling)) for spelling in spellings]
        by_name = await timeline(client, TimelineQuery(peer="王小明"))
        alert_id = next(item.alerts[0].alert_id for item in page.items if item.alerts)
        around = await timeline(client, TimelineQuery(event_id=alert_id, before=0, after=2))
        earlier = await timeline(client, TimelineQuery(event_id=alert_id, place=around.earlier, before=9, after=0))
        later = await timeline(client, TimelineQuery(event_id=alert_id, place=around.later, before=0, after=99))
        staff = await timeline(client, TimelineQuery(employee=" 林小雨 ", device=PHONE, before=99, after=0))
    hours = [round((item.at - NOON).total_seconds() / 3600) for item in page.items]
    assert hours == sorted(hours) and {0, 1, 2, 3, 6, 7} <= set(hours) | {0}
    assert set(page.devices) == {PHONE, OTHER_PHONE}
    assert all(other.items == page.items for other in same)
    assert {item.event.event_id for item in by_name.items} >= {item.event.event_id for item in page.items}
    assert any(item.event.kind == "contact" for item in by_name.items)
    ahead = next(item for item in page.items if item.phone_at is not None)
    assert ahead.phone_at is not None and ahead.phone_at - ahead.at == timedelta(hours=1)
    assert ahead.event.person is not None and {item.event.person for item in page.items} == {ahead.event.person}
    assert ahead.event.body == f"加我 {ahead.event.person}(138****0017)" and NUMBER not in str(page)
    traces = {item.trace: item for item in page.items if item.trace is not None}
    edited = traces[Trace.EDITED]
    assert edited.event.body == "原话" and edited.replaced_by in {item.event.event_id for item in page.items}
    assert traces[Trace.ABSENT].event.body == "您好，戒指还有吗"
    marks = {mark.kind for item in page.items for mark in item.marks_before} | {mark.kind for mark in page.marks_after}
    assert marks >= {MarkKind.CLOCK_CHANGED, MarkKind.COLLECTING_BEGAN}
    assert around.anchor is not None and len(around.items) == 2
    walked = [*earlier.items, *around.items, *later.items]
    assert [item.event.event_id for item in walked] == [item.event.event_id for item in page.items]
    assert {item.event.device for item in staff.items} == {PHONE} and staff.items[0].employee == "林小雨"
    assert "别人的话" in {item.event.body for item in staff.items}


async def test_what_is_opened_is_audited_before_and_only_for_those_who_may(tmp_path: Path) -> None:
    async with shop(tmp_path) as (archive, role), ApiClient(tmp_path / "api.sock", "en") as client:
        query = TimelineQuery(peer=NUMBER)
        opened = await reveal_timeline(client, query, "complaint 7")
        entry, *_ = await archive.audit_entries(limit=1)
        assert (entry.action, entry.reason) == ("timeline.reveal", "complaint 7")
        assert NUMBER not in entry.target and f"count={len(opened.items)}" in entry.target
        assert any(item.event.body == f"加我 {NUMBER}" for item in opened.items)
        gone = opened.items[1].event
        cause = Cause(cause="request", data_class="", actor="owner", reason="request 1")
        await archive.deletions.erase([gone.ledger_index], cause)
        left = await timeline(client, query)
        assert (await archive.audit_entries(limit=1))[0].action == "timeline.read"
        assert gone.event_id not in {item.event.event_id for item in left.items}
        marks = [mark for item in left.items for mark in item.marks_before if mark.kind is MarkKind.DELETED]
        assert len(marks) == 1 and "deleted" in marks[0].text
        for wrong, code in (
            (TimelineQuery(), "timeline.whose"),
            (TimelineQuery(peer="1380000"), ""),
            (TimelineQuery(peer="没有这个人"), "timeline.no_such_contact"),
            (TimelineQuery(peer="**"), "events.bad_number"),
            (TimelineQuery(event_id="ev_nothing"), "event.not_found"),
            (TimelineQuery(employee="nobody"), "events.no_such_employee"),
        ):
            if not code:
                assert (await timeline(client, wrong)).items == (), "a part of a number is no number"
                continue
            with pytest.raises(ApiRefusedError) as refused:
                await timeline(client, wrong)
            assert refused.value.code == code
        with pytest.raises(ApiRefusedError):
            await reveal_timeline(client, query, " ")
        for who in (Role.ADMIN, Role.AUDITOR):
            role["role"] = who
            with pytest.raises(ApiRefusedError) as refused:
                await timeline(client, query)
            assert refused.value.exit_code == ExitCode.NOT_PERMITTED


async def test_the_command_line_shows_it(tmp_path: Path) -> None:
    async with shop(tmp_path):
        until = ("--until", "2026-05-04T15:00Z")
        chinese, as_json, filtered, nonsense = await asyncio.gather(
            shopwarden(tmp_path, "timeline", "--peer", NUMBER, "--lang", "zh"),
            shopwarden(tmp_path, "timeline", "--peer", NUMBER, "--before", "2", "--after", "0", "--json"),
            shopwarden(tmp_path, "events", "--peer", "138 0000 0017", "--direction", "in", *until, "--json"),
            shopwarden(tmp_path, "timeline"),
        )  # fmt: skip
    for words in ("[已在手机上修改", "起已不在手机上]", "（手机：", "[告警：高 kickback.cash", "手机时钟比本机快"):
        assert words in chinese.out, words
    assert len(as_json.items) == 2 and "There is more" not in as_json.err
    assert [item["body"] for item in filtered.items] == ["回扣转我", "您好，戒指还有吗"]
    assert nonsense.code == ExitCode.USAGE and "--peer" in nonsense.err
