"""Roles, masking, audit before serving, alerts' life, and the stream with its resuming."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.simphone.rows import SmsBox
from adb_bridge.simphone.spec import History
from daemon.api.requests import AlertQuery, AuditQuery
from daemon.api.wire import AlertStatus, CommandRequest, Event, EventQuery, Role, StreamKind, Verb
from daemon.config import NoticeSection
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService

from .daemon_support import (
    ADMIN,
    AUDITOR,
    EMPLOYEE,
    OWNER,
    REVIEWER,
    Watching,
    enrolled,
    phone,
    quick_config,
    request,
    running,
    until,
)

NUMBER = "13800000017"
KICKBACK = f"回扣转我个人卡，电话{NUMBER}，别走公司账"

Call = Callable[[DaemonService, Caller], Awaitable[object]]
CALLS: dict[str, tuple[Call, set[Role]]] = {
    "hello": (lambda service, caller: service.hello(caller), set(Role)),
    "health": (lambda service, caller: service.health(caller), set(Role) - {Role.EMPLOYEE}),
    "devices": (lambda service, caller: service.devices(caller), {Role.OWNER, Role.ADMIN, Role.REVIEWER}),
    "enrolments": (lambda service, caller: service.enrolments(caller), set(Role) - {Role.EMPLOYEE}),
    "connect": (lambda service, caller: service.connect(caller, "x"), {Role.OWNER, Role.ADMIN}),
    "enrol": (lambda service, caller: service.enrol(caller, request("NOPE")), {Role.OWNER, Role.ADMIN}),
    "unenrol": (lambda service, caller: service.unenrol(caller, "NOPE", "x"), {Role.OWNER, Role.ADMIN}),
    "events": (lambda service, caller: service.events(caller, EventQuery()), {Role.OWNER, Role.REVIEWER}),
    "reveal": (lambda service, caller: service.reveal(caller, EventQuery(), "why"), {Role.OWNER, Role.REVIEWER}),
    "alerts": (
        lambda service, caller: service.alerts(caller, AlertQuery(limit=5)),
        {Role.OWNER, Role.ADMIN, Role.REVIEWER},
    ),
    "command": (
        lambda service, caller: service.command(caller, CommandRequest(device="NOPE", verb=Verb.LOCK, reason="x")),
        {Role.OWNER, Role.ADMIN},
    ),
    "audit": (lambda service, caller: service.audit(caller, AuditQuery(limit=5)), {Role.OWNER, Role.AUDITOR}),
    "verify": (lambda service, caller: service.verify(caller, None), {Role.OWNER, Role.AUDITOR}),
}


async def test_every_call_asks_for_its_permission(tmp_path: Path) -> None:
    callers = {caller.role: caller for caller in (OWNER, ADMIN, REVIEWER, AUDITOR, EMPLOYEE)}
    async with running(tmp_path, quick_config()) as service:
        for name, (call, allowed) in CALLS.items():
            for role, caller in callers.items():
                code = None
                try:
                    await call(service, caller)
                except ServiceError as error:
                    code = error.code
                assert (code == "permission.denied") == (role not in allowed), (name, role, code)


async def test_content_is_masked_and_opened_only_with_a_reason_that_is_kept(tmp_path: Path) -> None:
    async with phone("SIMMASK1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMMASK1")
        key = one.store.add_sms(address=NUMBER, body=KICKBACK, box=SmsBox.SENT)

        async def found() -> tuple[Event, ...]:
            return await service.events(REVIEWER, EventQuery(kind="message"))

        async def is_there() -> bool:
            return bool(await found())

        await until(is_there)
        (event,) = await found()
        assert event.source_key == str(key)
        assert NUMBER not in event.body
        assert NUMBER not in event.peer
        (alert, *_) = await service.alerts(ADMIN, AlertQuery(status=AlertStatus.OPEN, device="SIMMASK1", limit=10))
        assert all(NUMBER not in evidence.surface for evidence in alert.evidence)
        with pytest.raises(ServiceError) as caught:
            await service.reveal(REVIEWER, EventQuery(event_ids=(event.event_id,)), "   ")
        assert caught.value.code == "reveal.reason_missing"
        with pytest.raises(ServiceError) as caught:
            await service.reveal(REVIEWER, EventQuery(event_ids=("ev_" + "a" * 26,)), "why")
        assert caught.value.code == "event.not_found"
        (revealed,) = await service.reveal(REVIEWER, EventQuery(event_ids=(event.event_id,)), "complaint 7")
        assert revealed.body == KICKBACK
        assert revealed.peer == NUMBER
        (found_event,) = await service.events(REVIEWER, EventQuery(text="回扣"))
        assert found_event.body[found_event.matched[0].start : found_event.matched[0].end] == "回扣"
        assert await service.events(REVIEWER, EventQuery(text=NUMBER)) == (), "a search tells no more than reading"
        (by_number,) = await service.reveal(REVIEWER, EventQuery(text=NUMBER), "complaint 7")
        assert by_number.event_id == event.event_id
        entries = await service.audit(AUDITOR, AuditQuery(limit=50))
        opened = [entry for entry in entries if entry.action == "events.reveal"]
        assert [entry.reason for entry in opened] == ["complaint 7", "complaint 7"]
        assert event.event_id in opened[-1].target
        assert {entry.actor for entry in opened} == {"reviewer"}
        assert len([entry for entry in entries if entry.action == "events.search"]) == 2
        assert not any(NUMBER in entry.target or "回扣" in entry.target for entry in entries)
        again = await service.audit(AUDITOR, AuditQuery(limit=50))
        assert again[0].action == "audit.read", "reading the audit is in the audit"


async def test_a_search_does_not_tell_whose_contact_a_name_is(tmp_path: Path) -> None:
    """The mask shows 段**: a search for 段正淳 by one who may not see more must find as little as one for 段誉."""
    async with phone("SIMNAME1") as one, running(tmp_path, quick_config(one)) as service:
        one.store.add_contact(name="段正淳", numbers=(NUMBER,))
        one.store.add_sms(address=NUMBER, body="段正淳说周六来取", box=SmsBox.INBOX)
        await enrolled(service, "SIMNAME1")

        async def masked(text: str) -> list[str]:
            return [event.kind.value for event in await service.events(REVIEWER, EventQuery(text=text, kind="contact"))]

        for name in ("段正淳", "正淳", "淳", "段誉", NUMBER, "00000"):
            assert await masked(name) == [], name
        assert await masked("段") == ["contact"]
        by_name = await service.reveal(REVIEWER, EventQuery(text="段正淳"), "complaint 7")
        assert {event.kind.value for event in by_name} == {"contact", "message"}
        written_of = await service.events(REVIEWER, EventQuery(text="正淳"))
        assert written_of == (), "what is written of a customer is masked too"
        (said,) = await service.events(REVIEWER, EventQuery(text="周六来取"))
        (contact,) = await service.events(REVIEWER, EventQuery(kind="contact"))
        assert said.person is not None and said.person == contact.person
        assert said.body == f"{said.person}(段**)说周六来取"
        assert [said.body[one.start : one.end] for one in said.matched] == ["周六来取"]


@pytest.mark.parametrize(
    "address", ["host:5555\n", "host:5555\nhost:kill", "-x:5555", "a b:5555", "host:0", "host", "::1:5555"]
)
async def test_only_an_address_reaches_adb(tmp_path: Path, address: str) -> None:
    async with running(tmp_path, quick_config()) as service:
        for call in (service.connect, service.disconnect):
            with pytest.raises(ServiceError) as caught:
                await call(OWNER, address)
            assert caught.value.code == "device.bad_address"


async def test_enrolment_refuses_what_is_not_lawful(tmp_path: Path) -> None:
    async with phone("SIMLAW1") as one, running(tmp_path, quick_config(one)) as service:

        async def is_listed() -> bool:
            return any(device.serial == "SIMLAW1" for device in await service.devices(OWNER))

        await until(is_listed)
        good = request("SIMLAW1")

        def changed(**fields: object) -> object:
            return type(good)(**{name: getattr(good, name) for name in good.__struct_fields__} | fields)

        for bad, code in [
            (changed(acknowledged_by=" "), "enrolment.not_acknowledged"),
            (changed(employee=""), "enrolment.bad_field"),
            (changed(employee="x\x1b[2J"), "enrolment.bad_field"),
            (changed(notice_version="v" * 101), "enrolment.bad_field"),
            (changed(scope=()), "enrolment.unknown_scope"),
            (changed(scope=("sms", "microphone")), "enrolment.unknown_scope"),
            (changed(serial="NEVER-SEEN"), "device.not_found"),
        ]:
            with pytest.raises(ServiceError) as caught:
                await service.enrol(OWNER, bad)  # type: ignore[arg-type]
            assert caught.value.code == code
        by_address = await service.enrol(OWNER, request(one.address))
        assert by_address.serial == "SIMLAW1", "a connection's name means its phone"
        with pytest.raises(ServiceError) as caught:
            await service.enrol(OWNER, good)
        assert caught.value.code == "enrolment.exists"
        entries = await service.audit(OWNER, AuditQuery(limit=4))
        assert [(one.action, one.outcome) for one in reversed(entries)] == [
            ("enrol", "asked"), ("enrol", "ok"), ("enrol", "asked"), ("enrol", "refused"),
        ]  # fmt: skip


async def test_a_notice_version_is_bound_to_its_text(tmp_path: Path) -> None:
    async with phone("SIMLAW2") as one:
        config = quick_config(one)
        async with running(tmp_path, config) as service:
            await enrolled(service, "SIMLAW2")
            await service.unenrol(OWNER, "SIMLAW2", "returned")
        other = replace(config, notice=NoticeSection(text_zh="另一份告知书的文本,与之前不同。"))
        async with running(tmp_path, other) as service:

            async def is_listed() -> bool:
                return (await service.device(OWNER, "SIMLAW2")).state == "device"

            await until(is_listed)
            with pytest.raises(ServiceError) as caught:
                await service.enrol(OWNER, request("SIMLAW2"))
            assert caught.value.code == "enrolment.notice_conflict"
            enrolment = await service.enrol(OWNER, request("SIMLAW2", version="v2"))
            assert {one.notice_version for one in await service.enrolments(OWNER)} == {"v1", "v2"}
            assert len({one.notice_sha256 for one in await service.enrolments(OWNER)}) == 2
            assert enrolment.ended_at is None


async def test_an_alert_is_acknowledged_and_resolved_by_name(tmp_path: Path) -> None:
    async with phone("SIMALERT1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMALERT1")
        one.store.add_sms(address=NUMBER, body=KICKBACK, box=SmsBox.SENT)

        async def has_alert() -> bool:
            return bool(await service.alerts(OWNER, AlertQuery(limit=5)))

        await until(has_alert)
        watching = Watching(service, REVIEWER)
        await watching.until_begun()
        (alert, *_) = await service.alerts(OWNER, AlertQuery(status=AlertStatus.OPEN, limit=5))
        assert alert.employee == "王店员"
        handled = await service.change_alert(REVIEWER, alert.alert_id, AlertStatus.ACKNOWLEDGED, "looking")
        assert (handled.status, handled.handled_by, handled.note) == (AlertStatus.ACKNOWLEDGED, "reviewer", "looking")
        resolved = await service.change_alert(REVIEWER, alert.alert_id, AlertStatus.RESOLVED, None)
        assert resolved.note == "looking", "a step without a note hides no earlier one"
        with pytest.raises(ServiceError) as caught:
            await service.change_alert(REVIEWER, alert.alert_id, AlertStatus.ACKNOWLEDGED, None)
        assert caught.value.code == "alert.wrong_state"
        entries = await service.audit(OWNER, AuditQuery(limit=2))
        assert [(one.action, one.outcome) for one in reversed(entries)] == [
            ("alert.resolved", "ok"), ("alert.acknowledged", "refused"),
        ]  # fmt: skip
        with pytest.raises(ServiceError) as caught:
            await service.change_alert(REVIEWER, "al_none", AlertStatus.RESOLVED, None)
        assert caught.value.code == "alert.not_found"

        async def is_told() -> bool:
            return any(item.alert and item.alert.status is AlertStatus.RESOLVED for item in watching.items)

        await until(is_told)
        await watching.stop()


async def test_a_stream_resumes_without_a_gap(tmp_path: Path) -> None:
    async with phone("SIMSTREAM1", history=History(sms=5)) as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMSTREAM1")
        first = Watching(service, REVIEWER)
        await first.until_begun(items=2)
        assert [item.kind for item in first.items[:2]] == [StreamKind.HELLO, StreamKind.DEVICE]
        one.store.add_sms(address=NUMBER, body="第一条")

        async def has_event() -> bool:
            return any(item.event is not None for item in first.items)

        await until(has_event)
        await first.stop()
        last = max(item.ledger_index for item in first.items if item.ledger_index is not None)
        one.store.add_sms(address=NUMBER, body=KICKBACK, box=SmsBox.SENT)

        async def is_archived() -> bool:
            return (await service.device(OWNER, "SIMSTREAM1")).events == 7

        await until(is_archived)
        second = Watching(service, REVIEWER, after=last)

        async def is_caught_up() -> bool:
            return any(item.alert is not None for item in second.items)

        await until(is_caught_up)
        events = [item.event for item in second.items if item.event is not None]
        assert [event.body[:2] for event in events] == ["回扣"]
        assert NUMBER not in events[0].body
        await second.stop()
        of_another_archive = Watching(service, REVIEWER, after=10**9)

        async def is_reset() -> bool:
            return StreamKind.RESET in [item.kind for item in of_another_archive.items]

        await until(is_reset)
        await of_another_archive.stop()


async def test_a_stream_shows_each_role_only_its_own(tmp_path: Path) -> None:
    async with phone("SIMSTREAM2") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMSTREAM2")
        streams = {caller.role: Watching(service, caller) for caller in (OWNER, ADMIN, REVIEWER, AUDITOR)}
        for stream in streams.values():
            await stream.until_begun()
        one.store.add_sms(address=NUMBER, body=KICKBACK, box=SmsBox.SENT)

        theirs = {
            Role.OWNER: {StreamKind.EVENT, StreamKind.ALERT, StreamKind.DEVICE},
            Role.ADMIN: {StreamKind.ALERT},
            Role.REVIEWER: {StreamKind.EVENT},
        }

        async def have_theirs() -> bool:
            return all(wanted <= {item.kind for item in streams[role].items} for role, wanted in theirs.items())

        await until(have_theirs)
        await asyncio.sleep(0.3)  # for what must not come
        kinds = {role: {item.kind for item in stream.items} for role, stream in streams.items()}
        for stream in streams.values():
            await stream.stop()
        assert StreamKind.EVENT in kinds[Role.REVIEWER]
        assert StreamKind.EVENT not in kinds[Role.ADMIN]
        assert StreamKind.ALERT in kinds[Role.ADMIN]
        assert kinds[Role.AUDITOR] <= {StreamKind.HELLO, StreamKind.HEALTH}


async def test_a_backfill_does_not_flood_a_stream(tmp_path: Path) -> None:
    async with phone("SIMFLOOD1", history=History(sms=6000)) as one, running(tmp_path, quick_config(one)) as service:
        watching = Watching(service, OWNER)
        await enrolled(service, "SIMFLOOD1")
        await asyncio.sleep(1.5)
        kinds = [item.kind for item in watching.items]
        await watching.stop()
        assert StreamKind.RESET in kinds
        assert kinds.count(StreamKind.EVENT) < 3000
        assert (await service.device(OWNER, "SIMFLOOD1")).events == 6000


async def test_calls_and_health_speak_the_callers_language(tmp_path: Path) -> None:
    async with phone("SIMLANG1") as one, running(tmp_path, quick_config(one)) as service:
        await enrolled(service, "SIMLANG1")
        one.store.add_call(number=NUMBER, duration_s=133)

        async def is_there() -> bool:
            return bool(await service.events(OWNER, EventQuery(kind="call_log")))

        await until(is_there)
        (english,) = await service.events(OWNER, EventQuery(kind="call"))
        (chinese,) = await service.events(REVIEWER, EventQuery(kind="call"))
        assert english.body == "incoming call, 2 min 13 s"
        assert chinese.body == "呼入 2分13秒"
        assert any(
            "磁盘" in check.detail or "剩余" in check.detail for check in (await service.health(REVIEWER)).checks
        )
        with pytest.raises(ServiceError) as caught:
            await service.events(OWNER, EventQuery(kind="telepathy"))
        assert caught.value.code == "request.invalid"
