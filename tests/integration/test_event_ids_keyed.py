"""Ids of events need the store's keys; events that a version before archived are recognised and keep theirs."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from adb_bridge.records import RawRecord
from daemon.api.requests import AlertQuery
from daemon.api.timeline import TimelineQuery
from daemon.api.wire import AlertStatus, EventQuery
from daemon.archive.archive import Archive, tokens_of
from daemon.archive.drafts import AlertFilter, EventFilter
from daemon.archive.erasing import Cause
from daemon.archive.identifiers import EVENT_PREFIX, EventToken, alert_id, event_id, spell
from daemon.events import CollectedEvent, EventId, EventKind
from daemon.normalise import normalise
from daemon.rights.guard import uncollected
from tests.archive_kit import (
    PHONE,
    absence,
    archive_in,
    enrolment,
    id_of,
    ingest_of,
    kept,
    open_archive,
    root_key,
    sms,
    sms_record,
    verdict,
)

from .daemon_support import ADMIN, REVIEWER, quick_config, running

OLD = Path(__file__).parents[1] / "data" / "old_archives" / "schema-4"
BY_REQUEST = Cause(cause="request", data_class="", actor="owner", reason="request 1")


def public(event: CollectedEvent) -> EventId:
    """What anybody who guesses the row can work out."""
    return event_id(EventToken(event.token))


async def ids(archive: Archive) -> dict[EventId, int]:
    """With their ledger indexes."""
    found = await archive.events(EventFilter(limit=1_000))
    return {one.event.event_id: one.ledger_index for one in found}


def old_archive(directory: Path) -> Archive:
    for name in ("archive.db", "heads.log"):
        shutil.copy(OLD / name, directory)
    return open_archive(directory)


async def rows_of(archive: Archive) -> list[CollectedEvent]:
    """What the phone has of a program's time, as it is collected today: current rows, oldest first."""
    rows: list[CollectedEvent] = []
    for one in reversed(await archive.events(EventFilter(device=PHONE, kind=EventKind.MESSAGE, limit=1_000))):
        event = one.event
        if one.absent_since is None and one.replaced_by is None:
            address = None if event.peer is None else event.peer.encode()
            record: RawRecord = sms_record(int(event.source_key), event.body, address=address, at=event.occurred_at)
            rows.append(normalise(record, PHONE))
    return rows


async def test_an_id_cannot_be_worked_out_from_what_it_names(tmp_path: Path) -> None:
    row = sms(1)
    found: list[EventId] = []
    for seed in (7, 8):
        shop = tmp_path / str(seed)
        shop.mkdir()
        archive = open_archive(shop, root=root_key(seed))
        await archive.add_enrolment(enrolment())
        await archive.ingest(ingest_of([row, absence(sms(2))], verdicts=[verdict()]))
        (one,) = await ids(archive)
        (alert,) = await archive.alerts(AlertFilter())
        assert one == id_of(row, tokens_of(root_key(seed)))
        assert alert.alert_id == alert_id(one, verdict().rule_id) != alert_id(public(row), verdict().rule_id)
        assert await archive.events(EventFilter(event_ids=(public(row),))) == ()
        await archive.close()
        found.append(one)
    assert len({*found, public(row)}) == 3


async def test_a_finding_of_absence_names_its_row_by_the_keyed_id(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(1)]))
        last = await archive.last_events(PHONE, sms(1).source, ("1",))
        assert last == {"1": kept(sms(1))}
        finding = absence(sms(1))
        await archive.ingest(ingest_of([finding], absent_keys=("1",)))
        (told,) = await archive.events(EventFilter(kind=EventKind.ABSENCE))
        assert id_of(sms(1)) in told.event.attributes
        assert public(sms(1)) not in told.event.attributes


async def test_what_the_daemon_tells_and_notes_holds_keyed_ids_alone(tmp_path: Path) -> None:
    row = sms(1, at=datetime.now(UTC))
    async with running(tmp_path, quick_config()) as service:
        archive = service._archive  # noqa: SLF001 - rows without a phone
        await archive.add_enrolment(enrolment())
        await archive.ingest(ingest_of([row], verdicts=[verdict()]))
        (event,) = await service.events(REVIEWER, EventQuery())
        assert event.event_id == id_of(row, archive.tokens) != public(row)
        await service.reveal(REVIEWER, EventQuery(event_ids=(event.event_id,)), "complaint 7")
        (alert,) = await service.alerts(ADMIN, AlertQuery(status=AlertStatus.OPEN, device=PHONE, limit=10))
        await service.desks.timeline.revealed(REVIEWER, TimelineQuery(event_id=event.event_id), "complaint 7")
        noted = [entry.target for entry in await archive.audit_entries(limit=100)]
        assert len([target for target in noted if event.event_id in target]) == 2
        assert public(row) not in f"{event} {alert} {noted}"


async def test_rows_of_an_archive_from_before_are_recognised_and_keep_their_ids(tmp_path: Path) -> None:
    archive = old_archive(tmp_path)
    before, size = await ids(archive), archive.ledger_size
    rows = await rows_of(archive)
    assert len(rows) > 20
    assert {public(row) for row in rows} <= set(before)
    again = await archive.ingest(ingest_of(rows, cursor="again", verdicts=[verdict("other")]))
    assert (again.new_events, again.new_alert_ids, archive.ledger_size) == (0, (), size)
    assert (await archive.ingest(ingest_of([uncollected(rows[3])]))).new_events == 0, "kept before it was private"
    assert await ids(archive) == before

    first, edited = rows[0], sms(int(rows[0].source_key), b"edited")
    assert (await archive.ingest(ingest_of([edited]))).new_events == 1
    assert (await archive.ingest(ingest_of([first]))).new_events == 0, "edited back"
    assert (await archive.ingest(ingest_of([absence(rows[1])], absent_keys=(rows[1].source_key,)))).new_events == 1
    assert (await archive.ingest(ingest_of([rows[1]]))).new_events == 0, "back"
    assert set(await ids(archive)) == {*before, id_of(edited), id_of(absence(rows[1]))}
    assert (await archive.verify()).ok
    await archive.close()


async def test_what_was_deleted_stays_away_whatever_it_was_called(tmp_path: Path) -> None:
    archive = old_archive(tmp_path)
    old, new = (await rows_of(archive))[0], sms(900)
    await archive.ingest(ingest_of([new]))
    held = await ids(archive)
    await archive.deletions.erase([held[public(old)], held[id_of(new)]], BY_REQUEST)
    await archive.close()

    archive = open_archive(tmp_path)
    again = await archive.ingest(ingest_of([old, new], cursor="again"))
    assert again.new_events == 0
    left = set(await ids(archive))
    assert not left & {public(old), id_of(old), public(new), id_of(new)}
    assert (await archive.ingest(ingest_of([sms(900, b"another")]))).new_events == 1
    assert (await archive.verify()).ok
    await archive.close()


def test_both_ids_of_a_row_can_be_asked_for() -> None:
    row, tokens = sms(1), tokens_of(root_key())
    assert tokens.ids_of_row(row.token) == (id_of(row), spell(EVENT_PREFIX, row.token))
