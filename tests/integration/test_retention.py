"""What is over its time goes: records, files, keys; what is held stays; what stays can still be proved."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.records import Source
from crypto.errors import IntegrityError
from crypto.vault_keys import VaultKeys
from daemon.archive.archive import Archive
from daemon.archive.deletions import DeletionBook
from daemon.archive.drafts import AlertFilter, AuditDraft, EventFilter, NumberSearch
from daemon.archive.erasing import Cause
from daemon.archive.holds import HoldDraft, HoldScope
from daemon.archive.records import VerifyProblem
from daemon.archive.retention_clock import ClockTrust, after_look
from daemon.config_sections import RetentionSection
from daemon.media_shelves import WeekShelves
from daemon.media_store import RECORD_AWAITED_S, MediaRefusedError, MediaStore
from daemon.retention.files import remove_doomed
from daemon.retention.passes import Retention
from tests.archive_kit import (
    NOON,
    PHONE,
    StepClock,
    enrolment,
    ingest_of,
    open_archive,
    sms,
    vault_keys,
    verdict,
    whole_text,
)
from tests.integration.test_archive_tamper import behind_the_back, verified

KEEP = RetentionSection(messages_days=30, audit_days=60, oversight_days=60)
BY_REQUEST = Cause(cause="request", data_class="", actor="owner", reason="request 1")


class Shop:
    """An archive with what deletes from it."""

    def __init__(self, archive: Archive, keys: VaultKeys, clock: StepClock, folder: Path) -> None:
        self.archive = archive
        self.keys = keys
        self.clock = clock
        self.media = MediaStore(folder / "media", WeekShelves(keys), clock=clock)
        self.retention = Retention(
            archive=archive, keys=keys, media=self.media, clock=clock, settings=KEEP, state=folder
        )

    async def bodies(self) -> list[str]:
        found = await self.archive.events(EventFilter(limit=100))
        return sorted(one.event.text for one in found)

    async def ledger_of(self, text: str) -> int:
        found = await self.archive.events(EventFilter(limit=100))
        return next(one.ledger_index for one in found if one.event.text == text)

    async def finds(self, text: str) -> int:
        page = await self.archive.search(text, EventFilter(limit=10), visible=whole_text, numbers=NumberSearch.COMPLETE)
        return len(page.found)


@asynccontextmanager
async def shop_in(folder: Path) -> AsyncIterator[Shop]:
    clock, keys = StepClock(), vault_keys(folder)
    archive = open_archive(folder, clock=clock, keys=keys)
    try:
        if await archive.enrolment(PHONE) is None:
            await archive.add_enrolment(enrolment(PHONE))
        yield Shop(archive, keys, clock, folder)
    finally:
        await archive.close()


def old_and_new() -> list[str]:
    return ["旧的订单", "新的订单"]


async def fill(shop: Shop) -> None:
    """A message of now, one of two months later."""
    await shop.archive.ingest(ingest_of([sms(1, "旧的订单".encode(), at=shop.clock.now())], verdicts=[verdict()]))
    shop.clock.advance(60 * 86_400)
    await shop.archive.ingest(ingest_of([sms(2, "新的订单".encode(), at=shop.clock.now())]))


async def test_a_week_that_is_over_its_time_goes_with_its_key(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        doomed = shop.retention.due(shop.clock.now())
        assert [one.name for one in doomed] == ["messages 2026-W19"]
        sealed_before = (tmp_path / "keys-0007.json").read_bytes()
        report = await shop.retention.pass_now("owner", "retention")
        assert report.erased_events == 1
        assert report.destroyed_keys == ("messages 2026-W19",)
        assert await shop.bodies() == ["新的订单"]
        assert await shop.finds("旧的") == 0
        assert await shop.archive.alerts(AlertFilter(limit=10)) == ()
        assert (await shop.archive.counts()).events == 1
        assert shop.keys.by_no(doomed[0].key_no) is None
        assert (tmp_path / "keys-0007.json").read_bytes() != sealed_before
        result = await shop.archive.verify()
        assert result.ok, result
        assert shop.retention.due(shop.clock.now()) == ()
        assert (await shop.retention.pass_now("owner", "again")).erased_events == 0
    certificate = vault_keys(tmp_path).by_no(doomed[0].key_no)
    assert certificate is None


async def test_what_the_phone_still_has_does_not_come_back(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        at = shop.clock.now()
        await fill(shop)
        await shop.retention.pass_now("owner", "retention")
        again = await shop.archive.ingest(ingest_of([sms(1, "旧的订单".encode(), at=at)]))
        assert again.new_events == 0
        assert 1 in await shop.archive.present_ids(PHONE, Source.SMS, 1, 9)
        edited = await shop.archive.ingest(ingest_of([sms(1, "另一条".encode(), at=at)]))
        assert edited.new_events == 1


async def test_a_held_record_stays_with_its_alert_and_goes_when_the_hold_ends(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        index = await shop.ledger_of("旧的订单")
        token = shop.archive.tokens.of_number("+8613800000017")
        scope = HoldScope(peer_token=token, peer_shown="+86138****0017", received_to=NOON + timedelta(days=1))
        draft = HoldDraft(scope=scope, reason="case 7", actor="owner", until=shop.clock.now() + timedelta(days=400))
        hold = await shop.archive.holds.place(draft)
        assert await shop.archive.holds.covering([index], shop.clock.now()) == {index: hold.hold_id}
        report = await shop.retention.pass_now("owner", "retention")
        assert (report.erased_events, report.held_events) == (0, 1)
        assert report.destroyed_keys == ("messages 2026-W19",)
        assert await shop.bodies() == sorted(old_and_new())
        assert await shop.ledger_of("旧的订单") == index
        assert (await shop.archive.verify()).ok
        erased = await shop.archive.deletions.erase([index], BY_REQUEST)
        assert erased[0].certificate is None
        await shop.archive.holds.end(hold.hold_id, actor="owner", reason="settled")
        assert (await shop.retention.pass_now("owner", "retention")).erased_events == 1
        assert await shop.bodies() == ["新的订单"]
        assert (await shop.archive.verify()).ok


async def test_a_hold_on_another_phone_or_time_keeps_nothing(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        until = shop.clock.now() + timedelta(days=400)
        for scope in (
            HoldScope(device=PHONE, received_from=NOON + timedelta(days=2)),
            HoldScope(employee="somebody else"),
            HoldScope(conversation="cv_none"),
        ):
            await shop.archive.holds.place(HoldDraft(scope=scope, reason="case", actor="owner", until=until))
        assert (await shop.retention.pass_now("owner", "retention")).erased_events == 1


async def test_a_clock_that_goes_back_seals_nothing_under_a_key_that_is_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        certify = DeletionBook.certify_destruction
        then = shop.clock.now()

        async def certify_and_jump(book: DeletionBook, key_no: int, name: str, cause: Cause) -> int:
            """Between the certificate and the key's end the clock is back in the week of the key."""
            index = await certify(book, key_no, name, cause)
            shop.clock.moment = NOON
            await shop.archive.ingest(ingest_of([sms(3, "回到从前".encode(), at=NOON)]))
            shop.clock.moment = then
            return index

        with monkeypatch.context() as patch:
            patch.setattr(DeletionBook, "certify_destruction", certify_and_jump)
            report = await shop.retention.pass_now("owner", "retention")
        assert report.destroyed_keys == ("messages 2026-W19",)
        assert await shop.bodies() == sorted(("新的订单", "回到从前"))
        assert (await shop.archive.verify()).ok
        assert [one.name for one in shop.retention.due(then)] == ["messages 2026-W19"]  # of the new key
        assert (await shop.retention.pass_now("owner", "retention")).erased_events == 1
        assert await shop.bodies() == ["新的订单"]


async def test_a_file_that_is_being_read_when_its_week_goes_is_read_again(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        writer = await shop.media.open(PHONE, Source.MMS, "one")
        await writer.write(b"pic" * 700_000)
        shop.clock.advance(60 * 86_400)
        assert (await shop.retention.pass_now("owner", "x")).destroyed_keys == ("media/messages 2026-W19",)
        with pytest.raises(MediaRefusedError):
            await writer.finish()
        await writer.pause()
        again = await shop.media.open(PHONE, Source.MMS, "one")
        assert again.offset == 0
        await again.write(b"picture")
        assert await shop.media.has((await again.finish()).sha256)


async def test_files_go_with_the_last_record_that_names_them(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        writer = await shop.media.open(PHONE, Source.MMS, "one")
        await writer.write(b"picture")
        blob = await writer.finish()
        attributes = f'{{"attachments":[{{"sha256":"{blob.sha256}"}}]}}'
        first, second = (replace(sms(key, b"see"), attributes=attributes) for key in (1, 2))
        await shop.archive.ingest(ingest_of([first, second]))
        indexes = [one.ledger_index for one in await shop.archive.events(EventFilter(limit=10))]
        await shop.archive.deletions.erase(indexes[:1], BY_REQUEST)
        assert (await shop.retention.pass_now("owner", "x")).removed_files == 0
        assert await shop.media.has(blob.sha256)
        await shop.archive.deletions.erase(indexes[1:], BY_REQUEST)
        shop.clock.advance(RECORD_AWAITED_S)
        assert (await shop.retention.pass_now("owner", "x")).removed_files == 1
        shop.clock.advance(60 * 86_400)
        destroyed = (await shop.retention.pass_now("owner", "x")).destroyed_keys
        assert destroyed == ("messages 2026-W19", "media/messages 2026-W19")
        assert not await shop.media.has(blob.sha256)
        with pytest.raises(IntegrityError):
            [piece async for piece in shop.media.read(blob.sha256)]


async def test_a_file_that_came_again_stays(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:

        async def seal() -> str:
            writer = await shop.media.open(PHONE, Source.MMS, "one")
            await writer.write(b"picture")
            return (await writer.finish()).sha256

        sha256 = await seal()
        naming = f'{{"attachments":[{{"sha256":"{sha256}"}}]}}'
        await shop.archive.ingest(ingest_of([replace(sms(1, b"see"), attributes=naming)]))
        indexes = [one.ledger_index for one in await shop.archive.events(EventFilter(limit=10))]
        await shop.archive.deletions.erase(indexes, BY_REQUEST)
        shop.clock.advance(RECORD_AWAITED_S)
        assert await shop.archive.deletions.doomed_files() == (sha256,)
        assert await seal() == sha256  # its record is on its way
        assert await remove_doomed(shop.archive, shop.media) == 0
        assert not await shop.media.remove(sha256)
        await shop.archive.ingest(ingest_of([replace(sms(2, b"again"), attributes=naming)]))
        shop.clock.advance(RECORD_AWAITED_S)
        assert await remove_doomed(shop.archive, shop.media) == 0
        assert await shop.media.has(sha256)
        indexes = [one.ledger_index for one in await shop.archive.events(EventFilter(limit=10))]
        await shop.archive.deletions.erase(indexes, BY_REQUEST)
        assert await remove_doomed(shop.archive, shop.media) == 1
        assert await shop.archive.deletions.doomed_files() == ()


async def test_audit_entries_age_too_and_the_ledger_still_verifies(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        draft = AuditDraft(actor="owner", role="owner", action="events.read", target="x", reason=None, outcome="ok")
        await shop.archive.audit(draft)
        shop.clock.advance(90 * 86_400)
        await shop.archive.audit(draft)
        assert (await shop.retention.pass_now("owner", "retention")).erased_rows == 1
        assert len(await shop.archive.audit_entries(limit=10)) == 1
        assert (await shop.archive.verify()).ok


async def test_a_record_taken_without_a_certificate_is_found(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        await shop.retention.pass_now("owner", "retention")
        index = await shop.ledger_of("新的订单")
    with behind_the_back(tmp_path) as database, database.transaction():
        certificate = database.fetch_value("SELECT max(ledger_index) FROM deletions")
        database.execute("DELETE FROM events WHERE ledger_index = ?", (index,))
        sql = "UPDATE ledger SET deleted_by = ?, opening = NULL WHERE ledger_index = ?"
        database.execute(sql, (certificate, index))
    result = await verified(tmp_path)
    assert result.problem is VerifyProblem.DELETION_UNCERTIFIED


async def test_the_kind_of_what_was_deleted_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
        await shop.retention.pass_now("owner", "retention")
    with behind_the_back(tmp_path) as database:
        assert database.execute("UPDATE ledger SET kind = 7 WHERE deleted_by IS NOT NULL").changed > 0
    assert (await verified(tmp_path)).problem is VerifyProblem.DELETION_UNCERTIFIED


async def test_one_record_that_does_not_open_hides_no_other(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await fill(shop)
    with behind_the_back(tmp_path) as database:
        database.execute("UPDATE events SET key_no = 999 WHERE source_key = 1")
        database.execute("UPDATE alerts SET key_no = 999")
    async with shop_in(tmp_path) as shop:
        assert await shop.bodies() == ["", "新的订单"]
        (alert,) = await shop.archive.alerts(AlertFilter(limit=9))
        assert alert.verdict.rule_id == "unreadable"
        assert (await shop.archive.verify()).problem is VerifyProblem.KEY_MISSING


HOUR = 3_600.0


def looks(*steps: tuple[float, float]) -> ClockTrust:
    """Wall hours passed and hours run, look by look."""
    trust = after_look(None, NOON, 0.0)
    now: datetime = NOON
    for wall_h, ran_h in steps:
        now += timedelta(hours=wall_h)
        trust = after_look(trust, now, ran_h * HOUR)
    return trust


def test_a_clock_that_jumps_deletes_nothing_until_it_is_trusted() -> None:
    assert looks((1, 1), (1, 1)).is_trusted
    assert not looks((1, 1), (24 * 2, 1)).is_trusted  # two days off, or a jump
    assert looks((24 * 2, 1), (6, 6)).is_trusted
    assert not looks((24 * 10, 1), (6, 6)).is_trusted
    assert looks((24 * 10, 1), (72, 72)).is_trusted
    ten_years = looks((24 * 3650, 1), (1000, 1000))
    assert not ten_years.is_trusted
    assert ten_years.needs_confirmation
    assert looks((-24 * 3650, 1), (1, 1)).is_trusted  # back: less is over its time
    assert not looks((24 * 3650, 1), (-24 * 3650, 1)).is_trusted


async def test_a_year_that_the_clock_skipped_costs_nothing(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.archive.ingest(ingest_of([sms(1, b"kept", at=shop.clock.now())]))
        assert (await shop.retention.look()).is_trusted
        shop.clock.moment += timedelta(days=3_650)
        trust = await shop.archive.retention_clock.look(1.0)
        assert trust.needs_confirmation
        assert await shop.bodies() == ["kept"]
        assert (await shop.archive.retention_clock.confirm()).is_trusted


class RoundIsOverError(Exception):
    pass


async def round_is_over(_s: float) -> None:
    raise RoundIsOverError


async def test_copies_of_before_a_migration_go_with_the_first_deletion_or_after_some_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.archive.ingest(ingest_of([sms(1, b"one"), sms(2, b"two")]))
        copy = tmp_path / "archive.db.before-migration-4"

        def made(at: datetime) -> None:
            copy.write_bytes(b"old" * 1_000_000)
            os.utime(copy, (at.timestamp(), at.timestamp()))

        async def look() -> bool:
            """One round of the daemon's."""
            with monkeypatch.context() as patch, pytest.raises(RoundIsOverError):
                patch.setattr("daemon.retention.passes.asyncio.sleep", round_is_over)
                await shop.retention.run(lambda _: False)
            return copy.exists()

        made(shop.clock.now())
        shop.clock.advance(3_600)
        assert await look()  # nothing was deleted
        (tmp_path / "kept").hardlink_to(copy)
        (index, *_) = [one.ledger_index for one in await shop.archive.events(EventFilter(limit=10))]
        await shop.archive.deletions.erase([index], BY_REQUEST)
        assert not await look()
        assert (tmp_path / "kept").read_bytes()[:3] == b"old"  # somebody's on purpose
        shop.clock.advance(3_600)
        made(shop.clock.now())
        assert await look()  # that deletion is not in it
        shop.clock.advance(8 * 86_400)
        shop.retention._looked_s = None  # noqa: SLF001 - as after a start: the clock has jumped
        assert await look()  # who knows how old it is
        await shop.archive.retention_clock.confirm()
        assert not await look()
        made(shop.clock.now())
        (tmp_path / "linked").hardlink_to(copy)
        shop.clock.advance(8 * 86_400)
        await shop.retention.pass_now("owner", "x")
        assert not copy.exists()
