"""The daemon's own check and the daily close: what they find, what they leave outside, and what doctor says."""

import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crypto.database import OpenMode, open_database
from crypto.keys import Purpose
from crypto.witnessing import read_notes
from daemon.api.texts import load_texts
from daemon.api.wire import HealthCheck
from daemon.archive.archive import Archive
from daemon.archive.records import VerifyProblem
from daemon.audit import AuditTrail
from daemon.bus import Bus
from daemon.cli.narration import CATALOG
from daemon.cli.standing import tell_standing
from daemon.config import Config, LedgerSection, StoreSection
from daemon.proofs.closing import closing_before
from daemon.proofs.keeper import LedgerKeeper, open_keeper
from tests.archive_kit import NOON, StepClock, archive_in, ingest_of, root_key, sms, vault_keys

TEXTS = {language: load_texts(language, CATALOG) for language in ("en", "zh")}


def keeper_of(archive: Archive, directory: Path, clock: StepClock, **ledger: object) -> LedgerKeeper:
    config = Config(
        store=StoreSection(timezone="Asia/Shanghai"),
        ledger=LedgerSection(**ledger),  # type: ignore[arg-type]
    )
    audit = AuditTrail(archive, vault_keys(directory))
    return open_keeper(archive=archive, audit=audit, bus=Bus(), clock=clock, config=config, texts=TEXTS)


async def told(keeper: LedgerKeeper) -> tuple[HealthCheck, HealthCheck]:
    records, witness = await keeper.checks(TEXTS["zh"])
    return records, witness


async def test_a_changed_record_is_found_at_the_start_and_in_the_rounds(tmp_path: Path) -> None:
    clock = StepClock()
    async with archive_in(tmp_path, clock=clock) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(300)]))
        keeper = keeper_of(archive, tmp_path, clock)
        await keeper.look_at_newest()
        await keeper.look()
        assert keeper.damage is None
        assert (await told(keeper))[0].status == "ok"
    with open_database(tmp_path / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("UPDATE events SET occurred_at = occurred_at + 1 WHERE source_key = 7")
    async with archive_in(tmp_path, clock=clock) as archive:
        keeper = keeper_of(archive, tmp_path, clock)
        assert await archive.scrub.newest(50) is None  # not among these
        await keeper.look()
        assert keeper.damage is not None and keeper.damage[1].startswith("ev_")
        records = (await told(keeper))[0]
        assert (records.status, keeper.damage[1] in records.detail) == ("fail", True)
        assert records.advice
        assert [entry.action for entry in await archive.audit_entries(limit=2)] == ["ledger.check"]
        fresh = keeper_of(archive, tmp_path, clock)
        await fresh.look_at_newest()
        assert fresh.damage is not None


async def test_damaged_pages_are_found_at_night(tmp_path: Path) -> None:
    clock = StepClock(datetime(2026, 5, 4, 10, 0, tzinfo=UTC))
    async with archive_in(tmp_path, clock=clock) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(2_000)]))
    path = tmp_path / "archive.db"
    with open_database(path, root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        page = database.fetch_value("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_time'")
    assert isinstance(page, int)
    content = bytearray(path.read_bytes())
    content[page * 4096 - 2_000] ^= 1  # opening does not read it
    path.write_bytes(bytes(content))
    async with archive_in(tmp_path, clock=clock) as archive:
        keeper = keeper_of(archive, tmp_path, clock)
        clock.moment = datetime(2026, 5, 5, 19, 30, tzinfo=UTC)  # 03:30 in Shanghai
        await keeper.look()
        assert keeper.damage is not None
        records = (await told(keeper))[0]
        assert records.status == "fail" and records.advice


async def test_a_wrong_index_is_found_at_night_and_hides_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = StepClock(datetime(2026, 5, 5, 19, 30, tzinfo=UTC))  # 03:30 in Shanghai
    async with archive_in(tmp_path, clock=clock) as archive:
        await archive.ingest(ingest_of([sms(key, b"hello") for key in range(300)]))
    with open_database(tmp_path / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        indexed = database.fetch_value("SELECT max(ledger_index) FROM events")
        database.execute("DELETE FROM events_text WHERE rowid = ?", (indexed,)).close()
    async with archive_in(tmp_path, clock=clock) as archive:
        keeper = keeper_of(archive, tmp_path, clock)
        clock.advance(86_400)
        with monkeypatch.context() as patch:
            patch.setattr("daemon.proofs.keeper.INDEX_TIMEOUT_S", 0.0)
            await keeper.look()
            assert (await told(keeper))[0].status == "ok"  # it took too long, and the daemon goes on
        clock.advance(86_400)
        await keeper.look()
        assert keeper.damage is not None and keeper.damage[0] is VerifyProblem.INDEX_WRONG
        records = (await told(keeper))[0]
        assert (records.status, "reindex" in (records.advice or "")) == ("fail", True)
    with open_database(tmp_path / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("UPDATE events SET occurred_at = occurred_at + 1 WHERE source_key = 7").close()
    async with archive_in(tmp_path, clock=clock) as archive:
        fresh = keeper_of(archive, tmp_path, clock)
        fresh.damage = (VerifyProblem.INDEX_WRONG, "ev_x")
        clock.advance(3_600)
        await fresh.look()
        assert fresh.damage[0] is not VerifyProblem.INDEX_WRONG


async def test_the_daily_close_puts_a_head_outside_and_finds_a_rollback(tmp_path: Path) -> None:
    clock = StepClock()
    state, share = tmp_path / "state", tmp_path / "share"
    state.mkdir()
    share.mkdir()
    async with archive_in(state, clock=clock) as archive:
        keeper = keeper_of(archive, state, clock, close_at="22:00", export_dir=str(share), witness_warning_days=3)
        assert (await told(keeper))[1].status == "warn"
        await keeper.look()
        assert not list(share.iterdir())
        for _ in range(2):
            clock.advance(86_400)
            await keeper.look()
        (file,) = share.iterdir()
        heads = read_notes(file.read_text())
        assert len(heads) == 2
        assert (await told(keeper))[1].status == "ok"
        clock.advance(5 * 86_400)
        assert (await told(keeper))[1].status == "warn"
        file.write_text("nonsense")
        await keeper.look()
        assert (await told(keeper))[1].status == "warn"
        assert file.read_text() == "nonsense"
        share.rename(tmp_path / "gone")
        clock.advance(86_400)
        await keeper.look()
        assert "ledger.export_dir" in (await told(keeper))[1].detail
        assert (await archive.verify()).ok
    # another state of the same shop, which knows nothing of those heads
    (tmp_path / "gone").rename(share)
    file.write_text("\n".join(head.note for head in heads))
    (tmp_path / "older").mkdir()
    async with archive_in(tmp_path / "older", clock=clock, enrolled=()) as archive:
        keeper = keeper_of(archive, tmp_path / "older", clock, close_at="22:00", export_dir=str(share))
        clock.advance(86_400)
        await keeper.look()
        witness = (await told(keeper))[1]
        assert witness.status == "fail" and "警报" in witness.detail
        assert len(read_notes(file.read_text())) == 2


def test_when_a_shop_closes() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    evening = datetime(2026, 5, 4, 14, 30, tzinfo=UTC)  # 22:30
    assert closing_before(evening, time(22, 0), zone) == evening - timedelta(minutes=30)
    assert closing_before(evening - timedelta(hours=1), time(22, 0), zone) == evening - timedelta(hours=24, minutes=30)
    assert closing_before(NOON, time(0, 0), None) <= NOON


async def test_an_archive_put_back_is_told_at_the_start_and_stays_told_when_it_has_grown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = StepClock()
    state, grown = tmp_path / "state", tmp_path / "grown"
    state.mkdir()
    async with archive_in(state, clock=clock) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(40)]))
    shutil.copytree(state, grown)
    async with archive_in(state, clock=clock) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(40, 60)]))
        await tell_standing(archive, TEXTS["zh"])
        assert capsys.readouterr().err == ""
    older = grown / "archive.db"
    shutil.copy(older, state / "archive.db")
    async with archive_in(state, clock=clock) as archive:
        for language, words in (("en", ("put back", "hint: Keep the disk")), ("zh", ("恢复到旧状态", "提示： 请保持"))):
            await tell_standing(archive, TEXTS[language])
            told_now = capsys.readouterr().err
            assert all(word in told_now for word in words)
        keeper = keeper_of(archive, state, clock)
        await keeper.look_at_newest()
        assert (await told(keeper))[1].status == "fail"
        assert keeper.damage is None  # nothing that is there is wrong
        await archive.ingest(ingest_of([sms(key) for key in range(100, 160)]))
    async with archive_in(state, clock=clock) as archive:
        assert archive.head_finding is None  # the newest head of the file is of this ledger again
        keeper = keeper_of(archive, state, clock)
        await keeper.look_at_newest()
        assert (await told(keeper))[1].status == "fail"
        await tell_standing(archive, TEXTS["zh"])
        assert "警报" in capsys.readouterr().err
        assert len(await archive.witnesses.all()) == 1


async def test_a_longer_archive_of_another_history_is_found_at_the_start(tmp_path: Path) -> None:
    state, other = tmp_path / "state", tmp_path / "other"
    state.mkdir()
    async with archive_in(state) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(20)]))
    shutil.copytree(state, other)
    async with archive_in(state) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(20, 30)]))
    async with archive_in(other) as archive:
        await archive.ingest(ingest_of([sms(key) for key in range(100, 160)]))
    shutil.copy(other / "archive.db", state / "archive.db")
    async with archive_in(state) as archive:
        assert archive.head_finding == "ledger.head_equivocation"
        await keeper_of(archive, state, StepClock()).look_at_newest()
        (kept,) = await archive.witnesses.all()
        assert (kept.witness, kept.outcome.value) == ("heads.log", "other_history")
