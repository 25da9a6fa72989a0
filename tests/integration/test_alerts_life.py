"""An alert's life: who looks after it, many at once, what was done with it; as ledger, proofs and auditors see it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from crypto.database import OpenMode, open_database
from crypto.keys import Purpose
from daemon.alerts_desk import AlertsDesk
from daemon.api.alert_life import AlertBatch, AssignAlert
from daemon.api.proofs import ProveRequest
from daemon.api.requests import AlertQuery
from daemon.api.texts import Texts
from daemon.api.wire import Alert, AlertStatus, Severity
from daemon.archive.alert_life import NOBODY, HandleAlertUnit
from daemon.archive.archive import Archive
from daemon.archive.drafts import AlertFilter
from daemon.archive.erasing import Cause
from daemon.archive.errors import IllegalTransitionError
from daemon.archive.records import ArchivedAlert, VerifyProblem
from daemon.audit import AuditTrail
from daemon.bus import AlertChanged, Bus, DeviceChanged, HealthChanged
from daemon.desk_parts import DeskParts
from daemon.proofs.proof_check import Trust, check_proof
from daemon.proofs.proof_desk import ProofDesk
from daemon.proofs.proof_file import decode_proof
from daemon.rights.guard import PrivacyGuard
from daemon.rights.sight import Sight
from daemon.service import Caller, ServiceError
from daemon.workbench.desk import WorkbenchDesk
from policies import model
from tests.archive_kit import OTHER_PHONE, PHONE, archive_in, ingest_of, root_key, sms, verdict

from .daemon_support import ADMIN, AUDITOR, OWNER, REVIEWER

NUMBER = "13800000017"


class Directory:
    """The directory's part that lists of alerts need."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def named(self, name: str | None) -> str | None:
        return name

    async def in_force(self) -> dict[str, object]:
        return {one.serial: one for one in await self._archive.enrolments() if one.ended_at is None}


class Unadvised:
    """A work-bench without advice."""

    def advised(self, alert: Alert, sight: Sight) -> Alert:
        return alert


@dataclass
class Shop:
    archive: Archive
    desk: AlertsDesk
    bus: Bus
    guard: PrivacyGuard

    async def ids(self, caller: Caller = OWNER, **query: object) -> list[str]:
        return [one.alert_id for one in await self.desk.page(caller, AlertQuery(**query))]  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Shop]:
    async with archive_in(folder, enrolled=(PHONE, OTHER_PHONE)) as archive:
        bus, guard = Bus(), PrivacyGuard(archive)
        parts = SimpleNamespace(
            archive=archive, audit=AuditTrail(archive, root_key()), bus=bus, directory=Directory(archive), guard=guard,
            texts={"zh": Texts("zh"), "en": Texts("en")},
        )  # fmt: skip
        desk = AlertsDesk(cast(DeskParts, parts), cast(WorkbenchDesk, Unadvised()))
        yield Shop(archive, desk, bus, guard)


async def raised(archive: Archive, count: int = 1, **said: object) -> list[str]:
    """Newest first."""
    events = [sms(key, "给你回扣".encode()) for key in range(1, count + 1)]
    await archive.ingest(ingest_of(events, verdicts=[verdict(**said)]))  # type: ignore[arg-type]
    return [one.alert_id for one in await archive.alerts(AlertFilter(limit=count))]


async def test_an_assignment_is_a_ledgered_record_that_lasts(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        (alert_id,) = await raised(one.archive)
        size = one.archive.ledger_size
        given = await one.desk.assign(ADMIN, alert_id, AssignAlert(assignee="  李 雷\u202e ", note=f"问过{NUMBER}"))
        assert given.assignee == "李 雷\ufffd", "harmless to a terminal"
        assert given.status is AlertStatus.OPEN
        assert NUMBER not in str(given.note)
        assert one.archive.ledger_size == size + 3, "audit, note, assignment"
        again = await one.desk.assign(ADMIN, alert_id, AssignAlert(assignee="李 雷\ufffd"))
        assert again.assignee == given.assignee
        assert one.archive.ledger_size == size + 4, "the same again is no new assignment"
        await one.desk.change(OWNER, alert_id, AlertStatus.RESOLVED, "谈过了")
        history = await one.desk.history(REVIEWER, alert_id)
        assert [(step.actor, step.role, step.is_assignment) for step in history] == [
            ("admin", "admin", False), ("admin", "admin", True), ("owner", "owner", False),
        ]  # fmt: skip
        assert [(step.from_status, step.to_status) for step in history] == [
            (AlertStatus.OPEN, AlertStatus.OPEN), (AlertStatus.OPEN, AlertStatus.OPEN),
            (AlertStatus.OPEN, AlertStatus.RESOLVED),
        ]  # fmt: skip
        index = history[1].ledger_index
        assert [step.assignee for step in history] == [None, "李 雷\ufffd", "李 雷\ufffd"]
        assert NUMBER not in str(history[0].note) and history[2].note == "谈过了"
        assert (await one.archive.verify()).ok
    async with shop(tmp_path) as one:
        assert (await one.desk.one(OWNER, alert_id)).assignee == "李 雷\ufffd"
        proofs = ProofDesk(archive=one.archive, audit=AuditTrail(one.archive, root_key()), guard=one.guard)
        shown = await proofs.revealed(OWNER, ProveRequest(id=f"ledger:{index}"), "court")
        proven = check_proof(decode_proof(shown.proof.encode()), Trust(public_key=one.archive.public_key))
        assert (proven.kind, proven.fields["assignee"]) == ("alert-assigned/1", "李 雷\ufffd")
        missed = await one.archive.stream_since(index - 1)
        assert isinstance(missed[0].item, ArchivedAlert) and missed[0].item.assignee == "李 雷\ufffd"
        free = await one.desk.assign(OWNER, alert_id, AssignAlert(assignee=None))
        assert free.assignee is None
        assert (await one.archive.verify()).ok


async def test_an_assignment_goes_with_its_alert_and_nobody_changes_one_unseen(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        kept, gone = await raised(one.archive, 2)
        for alert_id in (kept, gone):
            await one.desk.assign(OWNER, alert_id, AssignAlert(assignee="韩梅梅"))
        alert = await one.archive.alert(gone)
        assert alert is not None
        cause = Cause(cause="request", data_class="", actor="owner", reason="asked")
        (erased,) = await one.archive.deletions.erase([alert.archived.ledger_index], cause)
        assert erased.entries == 3, "event, alert, assignment"
        assert await one.archive.alert(gone) is None
        assert (await one.archive.verify()).ok
    for sql, problem in (
        ("UPDATE alert_assignments SET assignee = '李雷'", VerifyProblem.RECORD_CHANGED),
        ("DELETE FROM alert_assignments", VerifyProblem.RECORD_MISSING),
    ):
        key = root_key().derive(Purpose.ARCHIVE)
        with open_database(tmp_path / "archive.db", key, OpenMode.READ_WRITE) as database:
            assert database.execute(sql).changed == 1
        async with archive_in(tmp_path, enrolled=()) as archive:
            assert (await archive.verify()).problem is problem


async def test_many_are_handled_at_once_and_each_by_itself(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        ids = await raised(one.archive, 40)
        closed = ids[3]
        await one.archive.alert_life.change(closed, AlertStatus.RESOLVED, actor="owner", note=None)
        heard = one.bus.subscribe()
        asked = ("al_unknown", *ids, ids[0])
        report = await one.desk.batch(
            ADMIN, AlertBatch(alert_ids=asked, to=AlertStatus.ACKNOWLEDGED, assignee="韩梅梅", note="一起看")
        )
        assert [item.alert_id for item in report.items] == ["al_unknown", *ids]
        failed = {item.alert_id: item.code for item in report.items if item.alert is None}
        assert failed == {"al_unknown": "alert.not_found", closed: "alert.wrong_state"}
        assert all(item.message for item in report.items if item.code is not None)
        done = [item.alert for item in report.items if item.alert is not None]
        assert {(alert.status, alert.assignee, alert.note, alert.handled_by) for alert in done} == {
            (AlertStatus.ACKNOWLEDGED, "韩梅梅", "一起看", "admin")
        }
        still = await one.desk.one(OWNER, closed)
        assert (still.status, still.assignee) == (AlertStatus.RESOLVED, None), "nothing of a refused one is done"
        entries = [entry for entry in await one.archive.audit_entries(limit=20) if entry.action == "alert.batch"]
        (entry,) = entries
        assert (entry.reason, entry.outcome) == ("一起看", "ok")
        assert entry.target.startswith("to=acknowledged assign count=41 refused=2 ")
        assert set(entry.target.split()[4:]) == set(ids), "what was asked for; nothing that nobody knows"
        notices = await heard.take() or ()
        assert {notice.alert_id for notice in notices if isinstance(notice, AlertChanged)} == set(ids) - {closed}
        assert notices.count(DeviceChanged(PHONE)) == notices.count(HealthChanged()) == 1
        assert {step.role for step in await one.desk.history(OWNER, ids[-1])} == {"admin"}
        freed = await one.desk.batch(OWNER, AlertBatch(alert_ids=(closed, ids[0]), assignee=NOBODY))
        assert [item.alert is not None and item.alert.assignee is None for item in freed.items] == [True, True]
        with pytest.raises(ServiceError) as nothing:
            await one.desk.batch(OWNER, AlertBatch(alert_ids=(ids[0],), note=""))
        assert nothing.value.code == "request.invalid"
        assert (await one.archive.verify()).ok


async def test_pages_and_filters(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        low = await raised(one.archive, 5, rule_id="gossip", severity=model.Severity.LOW)
        other = [sms(key, "给你回扣".encode(), device=OTHER_PHONE) for key in (1, 2)]
        await one.archive.ingest(ingest_of(other, device=OTHER_PHONE, verdicts=[verdict()]))
        high = [alert.alert_id for alert in await one.archive.alerts(AlertFilter(device=OTHER_PHONE))]
        await one.desk.assign(OWNER, low[0], AssignAlert(assignee="李雷"))
        assert await one.ids() == [*high, *low]
        first = await one.desk.page(OWNER, AlertQuery(limit=3))
        rest = await one.ids(before=first[-1].ledger_index)
        assert [*(alert.alert_id for alert in first), *rest] == [*high, *low]
        for query, found in (
            ({"severity": Severity.MEDIUM}, high),
            ({"severity": Severity.INFO, "rule": "gossip"}, low),
            ({"rule": "none"}, []),
            ({"employee": "林小雨"}, [*high, *low]),
            ({"employee": "林"}, []),
            ({"assignee": " 李雷 "}, low[:1]),
            ({"assignee": ""}, [*high, *low[1:]]),
            ({"assignee": "", "device": PHONE, "status": AlertStatus.OPEN, "limit": 2}, low[1:3]),
        ):  # type: tuple[dict[str, object], Sequence[str]]
            assert await one.ids(**query) == found, query


async def test_who_may_not_and_what_is_not_there(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        (alert_id,) = await raised(one.archive)
        size = one.archive.ledger_size
        batch = AlertBatch(alert_ids=(alert_id,), to=AlertStatus.RESOLVED)
        for call in (
            one.desk.assign(AUDITOR, alert_id, AssignAlert(assignee="我")),
            one.desk.batch(AUDITOR, batch),
            one.desk.history(AUDITOR, alert_id),
            one.desk.page(AUDITOR, AlertQuery()),
        ):
            with pytest.raises(ServiceError) as denied:
                await call
            assert denied.value.code == "permission.denied"
        for call in (
            one.desk.assign(OWNER, "al_none", AssignAlert(assignee="我")),
            one.desk.history(OWNER, "al_none"),
            one.desk.one(OWNER, "al_none"),
        ):
            with pytest.raises(ServiceError) as missing:
                await call
            assert missing.value.code == "alert.not_found"
        assert one.archive.ledger_size == size, "nothing was written"
        await one.desk.batch(OWNER, batch)
        with pytest.raises(IllegalTransitionError):
            await one.archive.alert_life.handle(
                HandleAlertUnit(
                    alert_id=alert_id, to=AlertStatus.SUPPRESSED, assignee="我", actor="owner", note="nothing of it"
                )
            )
        assert (await one.desk.one(OWNER, alert_id)).assignee is None, "a refused step assigns nothing"
