"""What the archive is made to do under faults, and what must hold of it afterwards."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Final

from adb_bridge.carrier import Carrier
from adb_bridge.records import Source, TransportSerial
from daemon.api.wire import AlertStatus, CommandState
from daemon.archive.archive import Archive
from daemon.archive.clocks import ClockReading
from daemon.archive.connections import KnownConnection
from daemon.archive.drafts import AlertFilter, AuditDraft, CommandChange, EventFilter
from daemon.archive.records import ArchivedAudit
from daemon.events import EventKind
from tests.archive_kit import NOON, PHONE, absence, enrolment, ingest_of, sms, verdict
from tests.integration.test_archive_records import command_draft

from .doing import Doing, Said
from .kit import database_in, opened, opened_in_time

SOURCE: Final = Source.SMS
_MOST_SHOWN: Final = 10_000


def body_of(key: int) -> bytes:
    """Of various lengths, so that rows fall differently on pages."""
    return f"第{key}条".encode() * (1 + key * 7 % 90)


async def open_step(directory: Path, doing: Doing) -> Archive:
    async def open_it() -> Archive:
        return opened(directory)

    archive = await doing.step("opened", open_it)
    if await archive.enrolment(PHONE) is None:
        await doing.step("enrolled", lambda: archive.add_enrolment(enrolment()))
    return archive


async def rows_step(archive: Archive, doing: Doing, first: int, last: int) -> None:
    events = [sms(key, body_of(key)) for key in range(first, last + 1)]
    ingest = ingest_of(events, cursor=str(last), verdicts=[verdict()] if last % 2 else [])
    await doing.step(f"rows {last}", lambda: archive.ingest(ingest))


async def audit_step(archive: Archive, doing: Doing, number: int) -> None:
    draft = AuditDraft(
        actor="owner", role="owner", action="events.reveal", target=f"a{number}", reason="complaint", outcome="ok"
    )
    await doing.step(f"audit {number}", lambda: archive.audit(draft))


async def command_steps(archive: Archive, doing: Doing, number: int) -> None:
    name = f"cmd_{number}"
    if await archive.command(name) is None:
        await doing.step(f"command {number}", lambda: archive.put_command(command_draft(name)))
    change = CommandChange(to=CommandState.SENT, actor="daemon", result=None)
    await doing.step(f"sent {number}", lambda: archive.command_transition(name, change))


async def various_steps(archive: Archive, doing: Doing) -> None:
    """One of each other thing that is written."""
    newest, *_ = await archive.alerts(AlertFilter(limit=1))
    await doing.step(
        "resolved 1",
        lambda: archive.alert_life.change(newest.alert_id, AlertStatus.RESOLVED, actor="owner", note="spoken to"),
    )
    await doing.step("told 1", lambda: archive.mark_outbox_sent((newest.alert_id,)))
    gone = absence(sms(1, body_of(1)), at=NOON)
    await doing.step("absent 1", lambda: archive.ingest(ingest_of([gone], absent_keys=("1",), cursor="gone")))
    reading = ClockReading(read_at=NOON, offset_ms=90_000, utc_offset_min=480)
    await doing.step("clock 1", lambda: archive.clocks.note(PHONE, reading))
    reached = KnownConnection(
        name=TransportSerial("192.0.2.7:5555"), serial=PHONE, carrier=Carrier.NETWORK, install_mark=None,
        last_used_at=NOON + timedelta(hours=1),
    )  # fmt: skip
    await doing.step("reached 1", lambda: archive.connections.remember(reached))


async def check_archive(directory: Path, said: Said, *, before: int = 0) -> None:
    """Acknowledged = present, nothing twice, whole, and it goes on. `before`: rows that were there at the start."""
    archive, _ = opened_in_time(directory)
    try:
        rows = await _check_rows(archive, said, before)
        await _check_audits(archive, said)
        await _check_others(archive, said)
        assert archive.head_finding is None, archive.head_finding
        result = await archive.verify()
        assert result.ok, f"{result.problem} at {result.first_bad}"
        # and it goes on
        if await archive.enrolment(PHONE) is None:
            await archive.add_enrolment(enrolment())
        new = await archive.ingest(ingest_of([sms(rows + 1, body_of(rows + 1))], cursor="after"))
        assert new.new_events == 1
        result = await archive.verify()
        assert result.ok, f"after going on: {result.problem} at {result.first_bad}"
    finally:
        await archive.close()
    with database_in(directory) as database:
        damage = database.damage()
    assert not damage, damage[:3]


async def _check_rows(archive: Archive, said: Said, before: int) -> int:
    """The number of rows."""
    acknowledged = max([before, *said.numbers("rows")])
    present = await archive.present_ids(PHONE, Source.SMS, 0, 1_000_000)
    gone = {1} if acknowledged and 1 not in present and "absent 1" not in said else set()
    if gone:
        archived = await archive.events(EventFilter(limit=_MOST_SHOWN))
        assert any(one.absent_since for one in archived), "row 1 is neither there nor absent"
    rows = max(present, default=0)
    missing = set(range(1, rows + 1)) - present - {1}
    assert not missing, f"{len(missing)} rows are missing below {rows}"
    assert rows >= acknowledged, f"{acknowledged} rows were acknowledged, {rows} are there"
    assert not ("absent 1" in said and 1 in present), "the absence was acknowledged and is not there"
    cursor = await archive.cursor(PHONE, Source.SMS)
    if cursor is not None and cursor.isdigit():
        assert int(cursor) == rows, f"the cursor says {cursor}, {rows} rows are there"
    else:
        assert cursor == "gone" or rows == 0, f"the cursor is {cursor!r}"
    archived = await archive.events(EventFilter(limit=_MOST_SHOWN))
    messages = [one for one in archived if one.event.kind is EventKind.MESSAGE]
    keys = Counter(one.event.source_key for one in messages)
    assert all(count == 1 for count in keys.values()), "a row is there twice"
    for one in messages:
        assert one.event.body == body_of(int(one.event.source_key)), f"row {one.event.source_key} has other content"
    alerts = await archive.alerts(AlertFilter(limit=_MOST_SHOWN))
    about = Counter((one.archived.event.event_id, one.verdict.rule_id) for one in alerts)
    assert all(count == 1 for count in about.values()), "an alert is there twice"
    waiting = len(await archive.take_outbox(_MOST_SHOWN))
    assert waiting in (len(alerts), len(alerts) - 1), f"{waiting} of {len(alerts)} alerts wait to be told"
    return rows


async def _check_audits(archive: Archive, said: Said) -> None:
    entries: list[ArchivedAudit] = list(await archive.audit_entries(limit=1_000))
    found = Counter(int(one.target[1:]) for one in entries)
    acknowledged = set(said.numbers("audit"))
    lost = acknowledged - set(found)
    assert not lost, f"audit entries {sorted(lost)} were acknowledged and are gone"
    tries = Counter(int(line.split()[1].rstrip(":")) for line in said.refused if line.startswith("audit "))
    for number, count in found.items():
        most = 1 + tries[number]
        assert count <= most, f"audit entry {number} is there {count} times"


async def _check_others(archive: Archive, said: Said) -> None:
    if "enrolled" in said:
        assert await archive.enrolment(PHONE) is not None, "the enrolment was acknowledged and is gone"
    for number in said.numbers("command"):
        assert await archive.command(f"cmd_{number}") is not None, f"command {number} is gone"
    for number in said.numbers("sent"):
        command = await archive.command(f"cmd_{number}")
        assert command is not None
        assert command.state is CommandState.SENT, f"command {number} is {command.state}"
    if "resolved 1" in said:
        done = await archive.alerts(AlertFilter(status=AlertStatus.RESOLVED))
        assert len(done) == 1, "the alert's change is gone"
    if "clock 1" in said:
        assert len(await archive.clocks.readings(PHONE)) == 1, "the clock's reading is gone"
    if "reached 1" in said:
        assert len(await archive.connections.known()) == 1, "the connection is gone"


async def fill(directory: Path, rows: int) -> None:
    """An archive with so many rows, closed."""
    archive = opened(directory)
    try:
        await archive.add_enrolment(enrolment())
        for first in range(1, rows + 1, 100):
            last = min(first + 99, rows)
            events = [sms(key, body_of(key)) for key in range(first, last + 1)]
            await archive.ingest(ingest_of(events, cursor=str(last), verdicts=[verdict()]))
    finally:
        await archive.close()


def fill_now(directory: Path, rows: int) -> None:
    """The same where no loop may run."""
    run_now(fill(directory, rows))


def run_now(work: Coroutine[None, None, None]) -> None:
    """To its end."""
    asyncio.run(work)
