"""What somebody who has the archive's key changes behind the daemon's back, and what `verify` says of it."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crypto.database import Database, OpenMode, open_database
from crypto.heads import HeadSigner
from crypto.keys import Purpose
from crypto.merkle import Frontier, leaf_hash
from crypto.record_seal import hiding_commitment
from daemon.api.wire import AlertStatus, CommandState
from daemon.archive.archive import ArchiveSettings, origin_of
from daemon.archive.drafts import AlertFilter, CommandChange
from daemon.archive.ledger_kinds import KINDS_OF_ENTRY, LedgerKind, content_of_row
from daemon.archive.records import VerifyProblem, VerifyResult
from tests.archive_kit import absence, archive_in, id_of, ingest_of, open_archive, root_key, sms, verdict
from tests.integration.test_archive_records import audit_draft, command_draft


@contextlib.contextmanager
def behind_the_back(directory: Path) -> Iterator[Database]:
    with open_database(directory / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        yield database


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; each test changes a copy of its own."""
    directory = tmp_path_factory.mktemp("filled")
    asyncio.run(fill(directory))
    return directory


@pytest.fixture
def state(filled: Path, tmp_path: Path) -> Path:
    return shutil.copytree(filled, tmp_path / "state")


async def fill(directory: Path) -> None:
    """Ledger: 1 enrolment, 2-3 event and alert, 4-5 event and alert, 6-7 absence and alert, 8 presence, 9 audit,
    10 command, 11 its step, 12 the alert's step."""
    async with archive_in(directory) as archive:
        await archive.ingest(ingest_of([sms(1), sms(2, "给你回扣".encode())], verdicts=[verdict()]))
        await archive.ingest(ingest_of([absence(sms(1))], absent_keys=("1",), verdicts=[verdict("gone")]))
        await archive.audit(audit_draft())
        await archive.put_command(command_draft())
        await archive.command_transition("cmd_1", CommandChange(to=CommandState.SENT, actor="daemon", result=None))
        newest, *_ = await archive.alerts(AlertFilter())
        await archive.alert_life.change(newest.alert_id, AlertStatus.RESOLVED, actor="owner", note="fine")
        assert archive.ledger_size == 12
        assert (await archive.verify()).ok


async def verified(directory: Path, since: int | None = None) -> VerifyResult:
    archive = open_archive(directory, mode=OpenMode.READ_ONLY)
    try:
        return await archive.verify(since)
    finally:
        await archive.close()


EVENT_1, EVENT_2 = id_of(sms(1)), id_of(sms(2, "给你回扣".encode()))


@pytest.mark.parametrize(
    ("sql", "problem", "first_bad"),
    [
        ("UPDATE events SET sealed = x'00' WHERE source_key = 2", "record_changed", EVENT_2),
        ("UPDATE events SET sealed = zeroblob(length(sealed)) WHERE source_key = 2", "record_changed", EVENT_2),
        ("UPDATE events SET occurred_at = occurred_at + 1 WHERE source_key = 2", "record_changed", EVENT_2),
        (
            "UPDATE events SET sealed = (SELECT sealed FROM events WHERE source_key = 1) WHERE source_key = 2",
            "record_changed",
            EVENT_2,
        ),
        ("UPDATE events SET key_no = 1 WHERE source_key = 2", "record_changed", EVENT_2),
        ("UPDATE events SET key_no = 999 WHERE source_key = 2", "key_missing", EVENT_2),
        ("UPDATE alerts SET sealed = x'00' WHERE ledger_index = 3", "record_changed", "al_"),
        ("UPDATE ledger SET opening = x'' WHERE ledger_index = 2", "record_changed", EVENT_1),
        ("UPDATE ledger SET opening = zeroblob(16) WHERE ledger_index = 9", "record_changed", "audit:1"),
        ("UPDATE ledger SET deleted_by = 9 WHERE ledger_index = 2", "record_without_leaf", EVENT_1),
        (
            "UPDATE events SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE source_key = 2",
            "record_changed",
            EVENT_2,
        ),
        ("UPDATE events SET conversation_no = NULL WHERE source_key = 2", "record_changed", EVENT_2),
        ("UPDATE events SET is_current = 0 WHERE source_key = 2", "record_changed", EVENT_2),
        ("UPDATE events SET is_current = 1, presence_change = NULL", "record_changed", "ev_"),
        ("UPDATE events SET is_current = 1 WHERE ledger_index = 2", "record_changed", EVENT_1),
        ("DELETE FROM events WHERE source_key = 2", "record_missing", "ledger:4"),
        ("UPDATE events SET device_no = 99 WHERE source_key = 2", "record_missing", "ledger:4"),
        ("DELETE FROM alerts WHERE ledger_index = 3", "record_missing", "ledger:3"),
        ("DELETE FROM presence_changes", "record_missing", "ledger:8"),
        ("DELETE FROM audit", "record_missing", "ledger:9"),
        ("DELETE FROM command_changes", "record_missing", "ledger:11"),
        ("DELETE FROM ledger WHERE ledger_index = 5", "record_missing", "ledger:5"),
        ("DELETE FROM ledger WHERE ledger_index = 12", "record_missing", "ledger:12"),
        ("UPDATE audit SET reason = 'other'", "record_changed", "audit:1"),
        ("UPDATE audit SET actor = 'wei'", "record_changed", "audit:1"),
        ("UPDATE enrolments SET employee = 'x'", "record_changed", "enrolment:SIM0001"),
        ("UPDATE notices SET body = 'x'", "record_changed", "notice:2026-05"),
        ("UPDATE notices SET sha256 = x'00'", "record_changed", "enrolment:SIM0001"),
        ("UPDATE devices SET serial = 'SIM0009'", "record_changed", "enrolment:SIM0009"),
        ("UPDATE alerts SET severity = 0 WHERE ledger_index = 3", "record_changed", "al_"),
        ("UPDATE alerts SET status = 4 WHERE ledger_index = 3", "record_changed", "al_"),
        ("UPDATE alerts SET status = 1, last_change = NULL", "record_changed", "al_"),
        ("UPDATE commands SET state = 3", "record_changed", "cmd_1"),
        ("UPDATE command_changes SET tries = 9", "record_changed", "ledger:11"),
        ("UPDATE enrolments SET end_index = 5", "record_changed", "ledger:1"),
        ("UPDATE conversations SET peer_token = x'00'", "record_changed", "conversation:1"),
        ("UPDATE ledger SET commitment = zeroblob(32) WHERE ledger_index = 9", "record_changed", "audit:1"),
        ("UPDATE ledger SET kind = 7 WHERE ledger_index = 2", "record_without_leaf", EVENT_1),
        (
            "INSERT INTO audit SELECT 99, 2, at, actor, role, action, target, reason, outcome FROM audit",
            "record_without_leaf",
            "ledger:99",
        ),
        (
            "INSERT INTO audit SELECT 4, 2, at, actor, role, action, target, reason, outcome FROM audit",
            "record_without_leaf",
            "audit:2",
        ),
        (
            "INSERT INTO ledger SELECT 13, kind, commitment, opening, deleted_by FROM ledger WHERE ledger_index = 9",
            "record_without_leaf",
            ":13",
        ),
        ("UPDATE archive_state SET ledger_size = 11", "record_without_leaf", "ledger:12"),
        ("DELETE FROM archive_state", "record_missing", "ledger:1"),
        ("UPDATE heads SET note = replace(note, 'shopwarden', 'shopwarden2') WHERE size = 9", "head_invalid", "head:9"),
    ],
)
async def test_every_change_is_found_and_named(state: Path, sql: str, problem: str, first_bad: str) -> None:
    with behind_the_back(state) as database:
        assert database.execute(sql).changed > 0
    result = await verified(state)
    assert (result.problem, result.ok) == (problem, False)
    assert result.first_bad is not None
    assert first_bad in result.first_bad


async def test_a_trigger_that_keeps_alerts_quiet_is_found(state: Path) -> None:
    with behind_the_back(state) as database:
        database.execute("CREATE TRIGGER quiet AFTER INSERT ON alert_outbox BEGIN DELETE FROM alert_outbox; END")
    result = await verified(state)
    assert (result.problem, result.first_bad) == ("record_changed", "schema:quiet")


async def test_two_records_cannot_change_places(state: Path) -> None:
    with behind_the_back(state) as database, database.transaction():
        for old, new in ((2, 1000), (4, 2), (1000, 4)):
            database.execute("UPDATE events SET ledger_index = ? WHERE ledger_index = ?", (new, old))
    assert (await verified(state)).problem is VerifyProblem.RECORD_CHANGED


def rewrite(database: Database, index: int, kind: LedgerKind) -> None:
    """What somebody with every key does: a new commitment and a new tree, all in agreement."""
    entry = KINDS_OF_ENTRY[kind]
    row = database.fetch_all(entry.select, (index, index + 1))[0]
    opening = database.fetch_value("SELECT opening FROM ledger WHERE ledger_index = ?", (index,))
    assert isinstance(opening, bytes)
    commitment = hiding_commitment(opening, content_of_row(entry.name, row[2:]))
    database.execute("UPDATE ledger SET commitment = ? WHERE ledger_index = ?", (commitment, index))
    tree = Frontier()
    for (leaf,) in database.fetch_all("SELECT commitment FROM ledger ORDER BY ledger_index"):
        assert isinstance(leaf, bytes)
        tree.append(leaf_hash(leaf))
    database.execute("UPDATE archive_state SET frontier = ?", (tree.to_bytes(),))


async def test_a_rewritten_tree_contradicts_the_signed_heads(state: Path) -> None:
    with behind_the_back(state) as database, database.transaction():
        database.execute("UPDATE audit SET actor = 'nobody'")
        rewrite(database, 9, LedgerKind.AUDIT)
    result = await verified(state)
    assert (result.problem, result.first_bad) == (VerifyProblem.ROOT_MISMATCH, "head:9")


async def test_heads_signed_anew_contradict_the_heads_outside(state: Path) -> None:
    signer = HeadSigner.from_seed(root_key().derive(Purpose.LEDGER_SEED))
    with behind_the_back(state) as database, database.transaction():
        database.execute("UPDATE audit SET actor = 'nobody'")
        rewrite(database, 9, LedgerKind.AUDIT)
        tree = Frontier()
        for index, (leaf,) in enumerate(database.fetch_all("SELECT commitment FROM ledger ORDER BY ledger_index"), 1):
            assert isinstance(leaf, bytes)
            tree.append(leaf_hash(leaf))
            note = signer.sign(origin_of(root_key()), index, tree.root()).note
            database.execute("UPDATE heads SET note = ? WHERE size = ?", (note, index))
    result = await verified(state)
    assert (result.problem, result.first_bad) == (VerifyProblem.ROOT_MISMATCH, "head:9")


async def test_a_head_signed_with_another_key_is_not_ours(state: Path) -> None:
    stranger = HeadSigner.from_seed(bytes(32))
    with behind_the_back(state) as database:
        note = stranger.sign(origin_of(root_key()), 9, bytes(32)).note
        database.execute("UPDATE heads SET note = ? WHERE size = 9", (note,))
    assert (await verified(state)).problem is VerifyProblem.HEAD_INVALID


def copy_of(directory: Path) -> Path:
    copy = directory.with_name(directory.name + "-copy")
    shutil.copytree(directory, copy)
    return copy


async def test_a_whole_old_archive_put_back_is_found_through_the_heads_outside(state: Path) -> None:
    old = copy_of(state)
    async with archive_in(state) as archive:
        await archive.audit(audit_draft("later"))
        assert archive.head_finding is None
    shutil.copy(old / "archive.db", state / "archive.db")
    result = await verified(state)
    assert (result.problem, result.first_bad, result.ledger_size) == (VerifyProblem.ROLLED_BACK, "head:13", 12)
    # the daemon sees it at once, goes on working, and does not paper over it
    async with archive_in(state) as archive:
        assert archive.head_finding == "ledger.head_rollback"
        await archive.audit(audit_draft("another"))
        assert (await archive.verify()).problem is VerifyProblem.ROOT_MISMATCH
    async with archive_in(state) as archive:
        await archive.audit(audit_draft("and on"))
        assert not (await archive.verify()).ok


async def test_old_pages_put_back_under_a_newer_archive_are_found(state: Path) -> None:
    old = (state / "archive.db").read_bytes()
    async with archive_in(state) as archive:
        newest, *_ = await archive.alerts(AlertFilter())
        for to in (AlertStatus.OPEN, AlertStatus.SUPPRESSED):
            await archive.alert_life.change(newest.alert_id, to, actor="wei", note=None)
    new = (state / "archive.db").read_bytes()
    with behind_the_back(state) as database:
        owners = {row[0]: str(row[1]) for row in database.fetch_all("SELECT rootpage, name FROM sqlite_schema")}
    found: set[str] = set()
    missed: set[str] = set()
    for at in range(0, min(len(old), len(new)), 4096):
        if old[at : at + 4096] == new[at : at + 4096]:
            continue
        (state / "archive.db").write_bytes(new[:at] + old[at : at + 4096] + new[at + 4096 :])
        result = await verified(state)
        (missed if result.ok else found).add(owners[at // 4096 + 1])
    assert found >= {"archive_state", "ledger", "alerts", "alert_changes", "alerts_by_status"}
    # the alert is as little open now as it was then
    assert missed <= {"alerts_open"}


async def test_damage_among_entries_that_are_missing_too_is_reported_and_not_raised(state: Path) -> None:
    with behind_the_back(state) as database:
        last = database.fetch_value("SELECT max(ledger_index) FROM events")
        page = database.fetch_value("SELECT rootpage FROM sqlite_schema WHERE name = 'alerts'")
        database.execute("DELETE FROM ledger WHERE ledger_index >= ?", (last,))
    assert isinstance(page, int)
    with (state / "archive.db").open("r+b") as file:
        file.seek((page - 1) * 4096 + 2_000)
        file.write(bytes(64))
    result = await verified(state)
    assert result.problem is VerifyProblem.PAGE_DAMAGED
    assert (result.first_bad or "").startswith("ledger:")


async def test_heads_that_were_cut_out_of_the_log_are_missed(state: Path) -> None:
    log = state / "heads.log"
    lines = log.read_bytes().splitlines(keepends=True)
    whole = b"".join(lines)
    log.write_bytes(b"".join(lines[:3]))
    assert (await verified(state)).problem is VerifyProblem.HEADS_MISSING
    log.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert (await verified(state)).problem is VerifyProblem.HEADS_MISSING
    log.unlink()
    assert (await verified(state)).problem is VerifyProblem.HEADS_MISSING
    log.write_bytes(whole.replace(lines[2], b"garbage\n"))
    assert (await verified(state)).problem is VerifyProblem.HEAD_INVALID
    log.write_bytes(whole)
    assert (await verified(state)).ok


async def test_heads_taken_out_of_the_archive_are_missed_by_those_that_the_log_knows(state: Path) -> None:
    with behind_the_back(state) as database:
        database.execute("DELETE FROM heads")
    result = await verified(state)
    assert (result.problem, result.first_bad) == (VerifyProblem.TABLE_OLD, "table:heads")
    assert result.heads_checked == 7


async def test_a_torn_last_line_of_the_log_is_no_tampering(state: Path) -> None:
    with (state / "heads.log").open("ab") as log:
        log.write(b'"shopwarden/0000')
    assert (await verified(state)).ok
    async with archive_in(state) as archive:
        await archive.audit(audit_draft())
        assert (await archive.verify()).ok


async def test_a_head_that_a_crash_kept_from_the_log_is_brought_after(state: Path) -> None:
    log = state / "heads.log"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    assert (await verified(state)).ok
    async with archive_in(state):
        assert log.read_bytes() == b"".join(lines)


@pytest.mark.parametrize("flip", [lambda size: size // 3, lambda size: size // 2, lambda size: size - 900])
async def test_a_flipped_bit_is_reported_and_not_raised(tmp_path: Path, flip: Callable[[int], int]) -> None:
    async with archive_in(tmp_path) as archive:
        for start in range(0, 4_000, 500):
            await archive.ingest(ingest_of([sms(key) for key in range(start, start + 500)]))
    content = bytearray((tmp_path / "archive.db").read_bytes())
    content[flip(len(content))] ^= 1
    (tmp_path / "archive.db").write_bytes(bytes(content))
    result = await verified(tmp_path)
    if not result.ok:
        assert result.problem is VerifyProblem.PAGE_DAMAGED
        what, _, number = (result.first_bad or "").partition(":")
        assert what in ("ledger", "page") and int(number) > 1  # entry 1 is the enrolment, far from these pages
    else:  # a page of an index, which verify does not read: the page check does
        key = root_key().derive(Purpose.ARCHIVE)
        with open_database(tmp_path / "archive.db", key, OpenMode.READ_ONLY) as database:
            assert database.damage()


async def test_verify_since_looks_at_newer_records_only_but_at_the_whole_tree(state: Path) -> None:
    with behind_the_back(state) as database:
        database.execute("UPDATE events SET sealed = x'00' WHERE source_key = 2")
    assert not (await verified(state)).ok
    later = await verified(state, since=5)
    assert later.ok
    assert later.records_checked == 8
    with behind_the_back(state) as database:
        database.execute("UPDATE ledger SET commitment = zeroblob(32) WHERE ledger_index = 4")
    assert (await verified(state, since=5)).problem is VerifyProblem.ROOT_MISMATCH


async def test_verify_runs_beside_the_writer_and_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    async with archive_in(tmp_path, settings=ArchiveSettings(head_interval_s=0.0)) as archive:
        for start in range(0, 6_000, 1_000):
            await archive.ingest(ingest_of([sms(key) for key in range(start, start + 1_000)]))

        async def write() -> None:
            for key in range(10_000, 10_200):
                await archive.ingest(ingest_of([sms(key)], cursor=str(key)))

        writing = asyncio.ensure_future(write())
        results = [await archive.verify(progress=lambda done, of: told.append((done, of))) for _ in range(4)]
        await writing
        results.append(await archive.verify())
    assert [result.problem for result in results] == [None] * 5
    assert told[0] == (4096, results[0].ledger_size)
    assert results[-1].ledger_size == 6_201
    assert results[-1].heads_checked >= 2 * 200


async def test_an_empty_archive_is_whole(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=()) as archive:
        result = await archive.verify()
        assert result.ok
        assert (result.ledger_size, result.records_checked) == (0, 0)
