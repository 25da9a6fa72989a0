"""Enrolments, audit, alert handling, commands, phones, addresses, figures, the stream."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import (
    Availability,
    Capability,
    CapabilityName,
    DeviceProfile,
    DeviceStatus,
    Source,
    Untrusted,
)
from daemon.api.wire import AlertStatus, CommandState, Verb
from daemon.archive.drafts import AlertFilter, AuditDraft, CommandChange, CommandDraft, CommandFilter
from daemon.archive.errors import (
    AlreadyEnrolledError,
    IllegalTransitionError,
    NoticeConflictError,
    RecordNotFoundError,
    UnitRefusedError,
)
from daemon.archive.records import ArchivedAlert, ArchivedCommand, ArchivedEvent, DeviceRecord
from policies.model import Severity
from tests.archive_kit import (
    NOON,
    OTHER_PHONE,
    PHONE,
    StepClock,
    archive_in,
    enrolment,
    ingest_of,
    kept,
    sms,
    verdict,
)


def audit_draft(action: str = "events.reveal") -> AuditDraft:
    return AuditDraft(actor="owner", role="owner", action=action, target="ev_1", reason="complaint 7", outcome="ok")


def command_draft(command_id: str = "cmd_1") -> CommandDraft:
    return CommandDraft(
        command_id=command_id,
        device=PHONE,
        verb=Verb.LOCK,
        parameters="{}",
        reason="lost",
        requested_by="owner",
        expires_at=NOON + timedelta(hours=24),
    )


def step(to: CommandState, result: str | None = None) -> CommandChange:
    return CommandChange(to=to, actor="daemon", result=result)


async def test_an_enrolment_binds_a_notice_version_to_its_text(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=()) as archive:
        written = await archive.add_enrolment(enrolment())
        text = enrolment().notice_text
        assert written.notice_sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert (written.serial, written.enrolled_at, written.ended_at) == (PHONE, NOON, None)
        assert written.scope == tuple(sorted(source.value for source in Source))
        with pytest.raises(AlreadyEnrolledError):
            await archive.add_enrolment(enrolment())
        with pytest.raises(NoticeConflictError):
            await archive.add_enrolment(replace(enrolment(OTHER_PHONE), notice_text=text + "。"))
        assert await archive.enrolment(OTHER_PHONE) is None
        await archive.add_enrolment(enrolment(OTHER_PHONE))
        assert await archive.notice_text("2026-05") == text
        assert await archive.notice_text("2027-01") is None
        assert [record.serial for record in await archive.enrolments()] == [OTHER_PHONE, PHONE]


async def test_an_enrolment_ends_once_and_a_new_one_follows(tmp_path: Path) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        clock.advance(60)
        ended = await archive.end_enrolment(PHONE, actor="owner", reason="left the shop")
        assert (ended.ended_at, ended.ended_by, ended.end_reason) == (clock.now(), "owner", "left the shop")
        with pytest.raises(RecordNotFoundError):
            await archive.end_enrolment(PHONE, actor="owner", reason="again")
        await archive.add_enrolment(replace(enrolment(), employee="周师傅", acknowledged_by="周师傅"))
        latest = await archive.enrolment(PHONE)
        assert latest is not None
        assert (latest.employee, latest.ended_at) == ("周师傅", None)
        assert (await archive.verify()).ok


async def test_audit_entries_are_numbered_without_gaps(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        entries = await asyncio.gather(*[archive.audit(audit_draft(f"action.{number}")) for number in range(40)])
        assert sorted(entry.audit_id for entry in entries) == list(range(1, 41))
        page = await archive.audit_entries(limit=15)
        assert [entry.audit_id for entry in page] == list(range(40, 25, -1))
        assert await archive.audit_entries(limit=1, before=page[-1].audit_id) == (
            next(entry for entry in entries if entry.audit_id == 25),
        )
        assert all(entry.at == NOON and entry.reason == "complaint 7" for entry in page)


async def test_an_alert_is_handled_by_known_steps_only(tmp_path: Path) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        (alert_id,) = (await archive.ingest(ingest_of([sms(1)], verdicts=[verdict()]))).new_alert_ids
        clock.advance(30)
        taken = await archive.alert_life.change(alert_id, AlertStatus.ACKNOWLEDGED, actor="wei", note="looking")
        assert (taken.status, taken.handled_by, taken.note) == (AlertStatus.ACKNOWLEDGED, "wei", "looking")
        assert (taken.handled_at, taken.raised_at) == (clock.now(), NOON)
        await archive.alert_life.change(alert_id, AlertStatus.RESOLVED, actor="wei", note=None)
        with pytest.raises(IllegalTransitionError) as refused:
            await archive.alert_life.change(alert_id, AlertStatus.ACKNOWLEDGED, actor="wei", note=None)
        assert refused.value.current == "resolved"
        await archive.alert_life.change(alert_id, AlertStatus.OPEN, actor="owner", note="once more")
        with pytest.raises(RecordNotFoundError):
            await archive.alert_life.change("al_none", AlertStatus.OPEN, actor="wei", note=None)
        (open_alert,) = await archive.alerts(AlertFilter(status=AlertStatus.OPEN, device=PHONE))
        assert open_alert == await archive.alert(alert_id)
        assert open_alert.note == "once more"
        assert await archive.alerts(AlertFilter(status=AlertStatus.RESOLVED)) == ()
        assert await archive.alerts(AlertFilter(device=OTHER_PHONE)) == ()
        assert await archive.alert("al_none") is None
        assert (await archive.verify()).ok


async def test_alerts_come_in_pages(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(1, 26)], verdicts=[verdict()]))
        seen: list[str] = []
        before: int | None = None
        while page := await archive.alerts(AlertFilter(limit=10, before=before)):
            seen += [alert.alert_id for alert in page]
            before = page[-1].ledger_index
        assert len(seen) == len(set(seen)) == 25


async def test_a_commands_life(tmp_path: Path) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        queued = await archive.put_command(command_draft())
        assert (queued.state, queued.tries, queued.updated_at) == (CommandState.QUEUED, 0, NOON)
        clock.advance(1)
        await archive.command_transition("cmd_1", step(CommandState.SENT))
        later = NOON + timedelta(minutes=1)
        await archive.command_transition(
            "cmd_1", CommandChange(to=CommandState.NOT_NOW, actor="daemon", result="in_call", next_try_at=later)
        )
        waiting = await archive.command("cmd_1")
        assert waiting is not None
        assert (waiting.tries, waiting.next_try_at, waiting.result) == (1, later, "in_call")
        await archive.command_transition("cmd_1", step(CommandState.SENT), expected=CommandState.NOT_NOW)
        with pytest.raises(IllegalTransitionError):
            await archive.command_transition("cmd_1", step(CommandState.FAILED), expected=CommandState.QUEUED)
        done = await archive.command_transition("cmd_1", step(CommandState.ACKNOWLEDGED, "locked"))
        assert (done.tries, done.result, done.updated_at) == (2, "locked", clock.now())
        assert (await archive.verify()).ok


@pytest.mark.parametrize("end", [state for state in CommandState if state.is_terminal])
async def test_a_command_never_leaves_its_end(tmp_path: Path, end: CommandState) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.put_command(command_draft())
        if end in {CommandState.ACKNOWLEDGED}:
            await archive.command_transition("cmd_1", step(CommandState.SENT))
        await archive.command_transition("cmd_1", step(end))
        for state in CommandState:
            with pytest.raises(IllegalTransitionError):
                await archive.command_transition("cmd_1", step(state))


async def test_commands_are_found_by_phone_and_openness(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.put_command(command_draft("cmd_1"))
        await archive.put_command(command_draft("cmd_2"))
        await archive.put_command(replace(command_draft("cmd_3"), device=OTHER_PHONE))
        with pytest.raises(UnitRefusedError):
            await archive.put_command(command_draft("cmd_1"))
        await archive.command_transition("cmd_1", step(CommandState.CANCELLED))

        async def ids(query: CommandFilter) -> list[str]:
            return [command.command_id for command in await archive.commands(query)]

        assert await ids(CommandFilter()) == ["cmd_3", "cmd_2", "cmd_1"]
        assert await ids(CommandFilter(device=PHONE, is_open=True)) == ["cmd_2"]
        assert await ids(CommandFilter(is_open=False)) == ["cmd_1"]
        assert await archive.command("cmd_9") is None
        with pytest.raises(RecordNotFoundError):
            await archive.command_transition("cmd_9", step(CommandState.SENT))


async def test_what_is_known_of_a_phone_is_kept(tmp_path: Path) -> None:
    profile = DeviceProfile(
        serial=PHONE,
        manufacturer=Untrusted("Xiaomi"),
        model=Untrusted("\x1b[31mRedmi"),
        android_release=Untrusted("13"),
        sdk=33,
        security_patch=Untrusted("2026-01-01"),
        capabilities=(
            Capability(name=CapabilityName.SMS, availability=Availability.NO, evidence="permission_denied", advice="x"),
        ),
    )
    status = DeviceStatus(
        battery_pct=81, is_charging=None, is_screen_on=True, is_locked=False, clock_offset_ms=-200, read_at=NOON
    )
    whole = DeviceRecord(serial=PHONE, profile=profile, status=status, last_seen_at=NOON, notice_posted=True)
    async with archive_in(tmp_path, enrolled=()) as archive:
        await archive.put_device(whole)
        await archive.put_device(
            DeviceRecord(serial=PHONE, profile=None, status=None, last_seen_at=None, notice_posted=None)
        )
    async with archive_in(tmp_path, enrolled=()) as archive:
        assert await archive.devices() == (whole,)
        assert await archive.device(PHONE) == whole
        assert await archive.device(OTHER_PHONE) is None


async def test_addresses_are_remembered_once(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        for address in ("192.0.2.7:5555", "192.0.2.8:5555", "192.0.2.7:5555"):
            await archive.connections.remember_address(address)
        assert await archive.connections.addresses() == ("192.0.2.7:5555", "192.0.2.8:5555")
        await archive.connections.forget_address("192.0.2.7:5555")
        await archive.connections.forget_address("192.0.2.9:5555")
        assert await archive.connections.addresses() == ("192.0.2.8:5555",)


async def test_figures(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        await archive.ingest(ingest_of([sms(1), sms(2)], verdicts=[verdict(), verdict("b", severity=Severity.LOW)]))
        await archive.ingest(ingest_of([sms(1, device=OTHER_PHONE)], device=OTHER_PHONE, is_caught_up=False))
        (newest, *_) = await archive.alerts(AlertFilter())
        await archive.alert_life.change(newest.alert_id, AlertStatus.RESOLVED, actor="owner", note=None)
        counts = await archive.counts()
        assert (counts.events, counts.ledger_size) == (3, archive.ledger_size)
        by_phone = {one.serial: (one.events, one.open_alerts, one.sources_read_to_end) for one in counts.devices}
        assert by_phone == {PHONE: (2, 3, {Source.SMS}), OTHER_PHONE: (1, 0, frozenset())}
        assert [(one.severity, one.count) for one in counts.open_alerts] == [
            (Severity.INFO, 0),
            (Severity.LOW, 1),
            (Severity.MEDIUM, 0),
            (Severity.HIGH, 2),
            (Severity.CRITICAL, 0),
        ]


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
        seen = archive.ledger_size
        assert await archive.stream_since(seen) == ()
        (alert_id,) = (await archive.ingest(ingest_of([sms(2)], verdicts=[verdict()]))).new_alert_ids
        await archive.audit(audit_draft())
        await archive.put_command(command_draft())
        await archive.alert_life.change(alert_id, AlertStatus.ACKNOWLEDGED, actor="wei", note=None)
        await archive.command_transition("cmd_1", step(CommandState.SENT))
        missed = await archive.stream_since(seen)
        assert [entry.ledger_index for entry in missed] == [seen + 1, seen + 2, seen + 4, seen + 5, seen + 6]
        event, raised, command, handled, sent = (entry.item for entry in missed)
        assert isinstance(event, ArchivedEvent)
        assert event.event == kept(sms(2))
        assert isinstance(raised, ArchivedAlert)
        assert isinstance(command, ArchivedCommand)
        assert (raised, command) == (handled, sent)
        assert raised.status is AlertStatus.ACKNOWLEDGED
        in_pages = await archive.stream_since(seen, limit=2)
        assert in_pages + await archive.stream_since(in_pages[-1].ledger_index) == missed
