"""Tables that the ledger does not hold: an older page of them is told by `verify`, by name, with a way on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from adb_bridge.carrier import Carrier
from adb_bridge.records import Source, TransportSerial
from adb_bridge.verbs.result import StepTrace
from crypto.database import Database, OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.keys import Purpose
from crypto.secrets import KeyFileSecret
from daemon.api.texts import load_texts
from daemon.api.verify_words import advice_for, place_in_words
from daemon.api.wire import CommandState, Verb
from daemon.archive import index_sample
from daemon.archive.archive import Archive
from daemon.archive.connections import KnownConnection
from daemon.archive.consoles import ArchivedConsole
from daemon.archive.delivery_records import MessageKind, Ticket
from daemon.archive.drafts import (
    AlertFilter,
    AuditDraft,
    CommandChange,
    CommandDraft,
    CommandsDraft,
    EventFilter,
    RequestKey,
)
from daemon.archive.erasing import Cause
from daemon.archive.errors import UnitRefusedError
from daemon.archive.leaving_rows import LeavingDraft, LeavingPhoneRef
from daemon.archive.pins import PinOrigin, SealedPin
from daemon.archive.provisioning import RunDraft
from daemon.archive.records import DeviceRecord, VerifyProblem, VerifyResult
from daemon.archive.rescans import RescanDraft, RescanScope, new_rescan_id
from daemon.archive.table_check import COUNTERS, HEADS, take_as_they_are
from daemon.archive.table_sums import SUMMED
from daemon.archive.transaction import Transaction
from daemon.main import main
from tests.archive_kit import NOON, PHONE, TOKENS, StepClock, archive_in, head_log, ingest_of, root_key, sms, verdict

from .test_archive_queries import contact

KEY = TOKENS.of_table_sums()
_OF_ROW = {
    "devices": "notice_posted = NOT coalesce(notice_posted, 0)",
    "addresses": "added_at = added_at - 1",
    "connections": "last_used_at = last_used_at - 1",
    "notices": "first_used_at = first_used_at - 1",
    "cursors": "cursor = '4'",
    "retention_clock": "steady_s = steady_s + 1",
    "paired_consoles": "revoked_at = NULL",
    "rescans": "found = found + 1",
    "pins": "verified_at = NULL",
    "delivery_channels": "held_until = NULL",
}
"""What an older page says otherwise; of the other tables a row is missing."""
_OF_LEAVINGS = (
    "conversation_owners",
    "capture_stops",
    "leaving_steps",
    "leavings",
    "intercept_switch",
    "intercept_steps",
    "intercepts",
)
_OF_COMMANDS = ("command_traces", "command_keys", "command_orders", "command_batches")


@contextmanager
def behind_the_back(directory: Path) -> Iterator[Database]:
    with open_database(directory / "archive.db", root_key().derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        yield database


def ticket(alert_id: str) -> Ticket:
    return Ticket(
        channel="front", alert_id=alert_id, kind=MessageKind.ALERT, topic=alert_id, due_at=NOON, group=timedelta(0),
        escalate_after=None,
    )  # fmt: skip


async def fill(directory: Path) -> None:
    """Something in every table that the ledger does not hold."""
    picture = replace(sms(9), attributes=f'{{"attachments":[{{"sha256":"{"ab" * 32}"}}]}}')
    other = replace(sms(10), attributes=f'{{"attachments":[{{"sha256":"{"cd" * 32}"}}]}}')
    async with archive_in(directory) as archive:
        await archive.ingest(ingest_of([*map(sms, range(1, 5)), picture, other], cursor="10", verdicts=[verdict()]))
        await archive.ingest(ingest_of([contact(1, "客户", "13800000017")], source=Source.CONTACTS))
        await archive.connections.remember_address("192.0.2.7:5555")
        name = TransportSerial("192.0.2.7:5555")
        reached = KnownConnection(name=name, serial=PHONE, carrier=Carrier.NETWORK, install_mark=None)
        await archive.connections.remember(reached)
        seen_at = NOON + timedelta(hours=1)
        await archive.put_device(
            DeviceRecord(serial=PHONE, profile=None, status=None, last_seen_at=seen_at, notice_posted=None)
        )
        await archive.retention_clock.look(0.0)
        key = RequestKey(asked_by="owner", key="nightly-1", request_sha256=bytes(32))
        await archive.command_book.put(CommandsDraft(commands=(command(),), key=key))
        trace = StepTrace(step="sleep", code="not_supported", exit_code=1, stderr_sha256=None)
        change = CommandChange(to=CommandState.FAILED, actor="daemon", result="refused", steps=(trace,))
        await archive.command_transition("cm_1", change)
        await archive.consoles.keep_identity(b"sealed")
        run = RunDraft(
            run_id="pr_1", name="bench", plan="{}", plan_sha256="00", jobs=4, wait_s=1.5, asked_by="owner",
            asked_role="owner",
        )  # fmt: skip
        await archive.provisioning.begin(run)
        await archive.provisioning.put("pr_1", 0, "{}")
        await archive.consoles.pair(console(), said("pair"))
        await archive.consoles.revoke("cn_1", said("revoke"))
        await archive.rescans.ask(
            RescanDraft(
                rescan_id=new_rescan_id(), asked_by="owner", reason="asked", scope=RescanScope(), old_version="a@1",
                new_version="a@2",
            )
        )  # fmt: skip
        pin = SealedPin(pin_id=1, key_no=1, sealed=b"sealed")
        await archive.pins.keep(PHONE, PinOrigin.TOLD, pin, said("pin"))
        await archive.pins.verified(PHONE, 1, said("pin"))
        await archive.deliveries.route([ticket(one.alert_id) for one in await archive.alerts(AlertFilter())])
        await archive.deliveries.hold("front", NOON, "owner")
        kept = await archive.events(EventFilter())
        gone = [one.ledger_index for one in kept if one.event.source_key in ("2", "9")]
        await archive.deletions.erase(gone, Cause(cause="request", data_class="", actor="owner", reason="asked"))
        await archive._write(_HoldOver(event_index=kept[-1].ledger_index))
        await archive.intercepts.switch(said("off"), switch_off=True)
        await archive.audit(said("filled"))


def command() -> CommandDraft:
    return CommandDraft(
        command_id="cm_1", device=PHONE, verb=Verb.LOCK, parameters="{}", reason="lost", requested_by="owner",
        expires_at=NOON + timedelta(days=1),
    )  # fmt: skip


def console() -> ArchivedConsole:
    return ArchivedConsole(
        console_id="cn_1", name="办公室", role="reviewer", employee=None, spki=bytes(32), paired_at=NOON,
        paired_by="owner", expires_at=NOON + timedelta(days=90),
    )  # fmt: skip


def said(target: str) -> AuditDraft:
    return AuditDraft(actor="owner", role="owner", action="a", target=target, reason=None, outcome="ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class _HoldOver:
    event_index: int
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        transaction.database.execute("INSERT INTO held_over (event_index) VALUES (?)", (self.event_index,))


class _Failing(_HoldOver):
    def apply(self, transaction: Transaction) -> None:
        transaction.database.execute("DELETE FROM addresses")
        raise UnitRefusedError("afterwards")


async def somebody_leaves(directory: Path) -> None:
    """What `fill` leaves out: its records are in the ledger, and a test of older schemas drops their tables."""
    async with archive_in(directory) as archive:
        enrolment = await archive.enrolment(PHONE)
        assert enrolment is not None
        ref = LeavingPhoneRef(device=PHONE, enrolment_index=enrolment.ledger_index)
        leaving = LeavingDraft(
            leaving_id="lv_1", employee=enrolment.employee, recipients=("Bob",), reason="leaves", requested_by="owner",
            requested_role="owner", freeze_at=NOON, return_at=NOON + timedelta(days=900), phones=(ref,),
        )  # fmt: skip
        await archive.leavings.begin(leaving, said("leave"))


async def verified(directory: Path) -> VerifyResult:
    async with archive_in(directory) as archive:
        return await archive.verify()


async def test_each_table_beside_the_ledger_is_told_by_name_and_can_be_taken_as_it_is(tmp_path: Path) -> None:
    await fill(tmp_path)
    await somebody_leaves(tmp_path)
    async with archive_in(tmp_path) as archive:
        assert (await archive.verify()).ok
        with behind_the_back(tmp_path) as database:
            conversations = database.fetch_all("SELECT * FROM conversations")
        for table in SUMMED:
            what = _OF_ROW.get(table.name)
            sql = f"UPDATE {table.name} SET {what}" if what else f"DELETE FROM {table.name}"
            with behind_the_back(tmp_path) as database:
                assert database.execute(sql).changed > 0, table.name
            result = await archive.verify()
            # the ledger's records name their conversations themselves
            if table.name == "conversations":
                assert result.problem is VerifyProblem.RECORD_CHANGED
                with behind_the_back(tmp_path) as database:
                    database.executemany("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", conversations)
                continue
            assert (result.problem, result.first_bad) == (VerifyProblem.TABLE_OLD, f"table:{table.name}")
            with behind_the_back(tmp_path) as database:
                assert take_as_they_are(database, KEY, head_log(tmp_path)) == (table.name,)
        assert (await archive.verify()).ok
    for name, sql in (
        (COUNTERS, "UPDATE devices SET event_count = event_count + 1"),
        (HEADS, "DELETE FROM heads WHERE size < 5"),
        (HEADS, "DELETE FROM heads"),
    ):
        with behind_the_back(tmp_path) as database:
            database.execute(sql)
        result = await verified(tmp_path)
        assert (result.problem, result.first_bad) == (VerifyProblem.TABLE_OLD, f"table:{name}")
        with behind_the_back(tmp_path) as database:
            assert take_as_they_are(database, KEY, head_log(tmp_path)) == (name,)
            assert take_as_they_are(database, KEY, head_log(tmp_path)) == ()
        assert (await verified(tmp_path)).ok


async def test_sums_put_back_together_with_their_table_are_older_than_a_head(tmp_path: Path) -> None:
    await fill(tmp_path)
    with behind_the_back(tmp_path) as database:
        sums = database.fetch_one("SELECT sums_version, sums FROM archive_state")
        cursors = database.fetch_all("SELECT device_no, source, cursor, moved_at FROM cursors ORDER BY source")
    assert sums is not None
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(20)], cursor="20"))
        waiting = await archive.take_outbox(10)
        await archive.mark_outbox_sent(waiting)
        await archive.audit(said("signed"))
        with behind_the_back(tmp_path) as database:
            database.execute("UPDATE archive_state SET sums_version = ?, sums = ?", sums)
            database.executemany(
                "UPDATE cursors SET cursor = ?3, moved_at = ?4 WHERE device_no = ?1 AND source = ?2", cursors
            )
        result = await archive.verify()
        assert (result.problem, result.first_bad) == (VerifyProblem.TABLE_OLD, "table:archive_state")


async def test_what_a_failed_unit_changed_does_not_count(tmp_path: Path) -> None:
    await fill(tmp_path)
    async with archive_in(tmp_path) as archive:
        written = archive.connections.remember_address("192.0.2.8:5555")
        failed = archive._write(_Failing(event_index=0))
        again = archive.connections.remember_address("192.0.2.9:5555")
        results = await asyncio.gather(written, failed, again, return_exceptions=True)
        assert [type(one) for one in results] == [type(None), UnitRefusedError, type(None)]
        assert len(await archive.connections.addresses()) == 3
        assert (await archive.verify()).ok


async def test_an_archive_from_before_the_sums_gets_them(tmp_path: Path) -> None:
    await fill(tmp_path)
    with behind_the_back(tmp_path) as database:
        for table in ("archive_state", "heads"):
            for column in ("sums_version", "sums"):
                database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        of_deliveries = ("delivery_items", "delivery_messages", "delivery_channels")
        later = (
            "rescans",
            "alert_assignments",
            *_OF_COMMANDS,
            "pins",
            "paired_consoles",
            "lan_identity",
            "wipe_steps",
            *_OF_LEAVINGS,
        )
        of_provisioning = ("provision_phones", "provision_runs")
        for table in (*later, *of_deliveries, *of_provisioning):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 14")
    assert (await verified(tmp_path)).ok
    with behind_the_back(tmp_path) as database:
        assert database.fetch_value("SELECT sums_version FROM archive_state") == 1
        database.execute("DELETE FROM forgotten")
    assert (await verified(tmp_path)).first_bad == "table:forgotten"


async def test_of_a_large_index_the_newest_records_and_a_sample_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_sample, "WHOLE_UP_TO", 10)
    monkeypatch.setattr(index_sample, "NEWEST", 5)
    async with archive_in(tmp_path) as archive:
        await archive.ingest(ingest_of([sms(key, f"第{key}条".encode()) for key in range(60)]))
        assert (await archive.verify()).ok
        for newest in (True, False):
            with behind_the_back(tmp_path) as database:
                rows = "= (SELECT max(ledger_index) FROM events)" if newest else "< 20"
                for (index,) in database.fetch_all(f"SELECT ledger_index FROM events WHERE ledger_index {rows}"):
                    database.execute("DELETE FROM events_text WHERE rowid = ?", (index,))
                    database.execute("INSERT INTO events_text (rowid, body) VALUES (?, 'other')", (index,))
            result = await archive.verify()
            assert (result.problem, str(result.first_bad)[:2]) == (VerifyProblem.INDEX_WRONG, "ev")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_table_has_a_name_for_people_and_a_way_on(language: str) -> None:
    texts = load_texts(language)
    for name in (*(table.name for table in SUMMED), COUNTERS, HEADS, "archive_state"):
        place = place_in_words(texts, f"table:{name}")
        assert place not in (name, f"table:{name}", f"verify.table.{name}")
        general = texts.get("verify.advice.table_old")
        advice = advice_for(texts, "table_old", f"table:{name}")
        assert advice is not None and advice.startswith(general) and len(advice) > len(general) + 5
    assert place_in_words(texts, "ev_1") == "ev_1"
    assert advice_for(texts, "no such problem", None) is None


def test_reindex_takes_the_tables_as_they_are_and_the_audit_trail_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, key = tmp_path / "state", tmp_path / "key"
    assert main(["init", "--state", str(state), "--key-file", str(key)]) == 0
    keys = open_keyring(state / "keys.json", KeyFileSecret(key))

    def opened() -> Archive:
        mode = OpenMode.READ_WRITE if (state / "archive.db").exists() else OpenMode.CREATE
        heads = HeadLog(state / "heads.log")
        return Archive.open(state / "archive.db", keys, clock=StepClock(), heads=heads, mode=mode)

    async def begin() -> None:
        archive = opened()
        await archive.connections.remember_address("192.0.2.7:5555")
        await archive.audit(said("begun"))
        await archive.close()

    async def audited() -> list[tuple[str, str]]:
        archive = opened()
        entries = await archive.audit_entries(limit=1)
        await archive.close()
        return [(entry.action, entry.target) for entry in entries]

    asyncio.run(begin())
    with open_database(state / "archive.db", keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("DELETE FROM addresses")
    capsys.readouterr()
    assert main(["verify", "--state", str(state), "--lang", "zh"]) == 11
    told = "".join(capsys.readouterr())
    assert "寻找手机的网络地址" in told and "shopwardend reindex" in told
    assert main(["reindex", "--state", str(state), "--lang", "en"]) == 0
    assert "the addresses at which phones are sought" in "".join(capsys.readouterr())
    assert asyncio.run(audited()) == [("tables.take", "addresses")]
