"""The requests desk on a real daemon: people ask, get what is theirs, and every step can be verified."""

import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.api.documents import (
    AcceptAssessment,
    AcknowledgeNotice,
    CloseIncident,
    IncidentNote,
    NewAssessment,
    NewIncident,
)
from daemon.api.me import OwnRequest
from daemon.api.proofs import ProveRequest
from daemon.api.rights import (
    AnswerRequest,
    AssignRequest,
    CloseRequest,
    CorrectRequest,
    ErasureRequest,
    ExtendRequest,
    MarkRequest,
    NewRequest,
    NoteRequest,
    Outcome,
    RequestKind,
    RequestQuery,
    RequestState,
    RequestStep,
)
from daemon.api.wire import EventQuery, Role
from daemon.archive.archive import Archive
from daemon.archive.drafts import EnrolmentDraft
from daemon.archive.holds import HoldDraft, HoldScope
from daemon.config import NoticeSection
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService

from ..archive_kit import PHONE, enrolment, id_of, ingest_of, sms
from .daemon_support import ADMIN, AUDITOR, EMPLOYEE, OWNER, REVIEWER, quick_config, running

OWN, FOREIGN = "13800000017", "13900000028"
SECOND = Caller(uid=2009, name="second", role=Role.OWNER, language="en")


def archive_of(service: DaemonService) -> Archive:
    return service._archive  # noqa: SLF001 - what the daemon keeps is what the test is about


def wang(serial: str = PHONE) -> EnrolmentDraft:
    return replace(enrolment(), serial=serial, employee="王店员")  # type: ignore[arg-type]


async def with_messages(service: DaemonService) -> tuple[str, str]:
    """A phone with messages of two customers; ids of the first customer's."""
    archive = archive_of(service)
    await archive.add_enrolment(wang())
    first = sms(1, "手镯明天能取吗".encode(), address=OWN.encode(), at=datetime.now(UTC))
    second = sms(2, f"请打我朋友{FOREIGN}".encode(), address=OWN.encode(), at=datetime.now(UTC))
    other = sms(3, "另一位顾客".encode(), address=FOREIGN.encode(), at=datetime.now(UTC))
    await archive.ingest(ingest_of([first, second, other]))
    return id_of(first, archive.tokens), id_of(second, archive.tokens)


def asking(kind: RequestKind, subject: str = f"customer:{OWN}", *, days_ago: int = 1) -> NewRequest:
    received = datetime.now(UTC) - timedelta(days=days_ago)
    return NewRequest(kind=kind, subject=subject, received_at=received, channel="letter", note=f"call {OWN}")


async def refused(call: Awaitable[object]) -> str:
    with pytest.raises(ServiceError) as caught:
        await call
    return caught.value.code


async def test_a_request_runs_through_its_life_and_its_number_is_nowhere(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        await with_messages(service)
        desk = service.desks.requests
        late = await desk.add(ADMIN, asking(RequestKind.ACCESS, days_ago=20))
        request = await desk.add(ADMIN, asking(RequestKind.CORRECTION))
        assert OWN not in json.dumps([str(late), str(request)])
        assert (late.is_overdue, request.is_overdue) == (True, False)
        assert [one.request_id for one in await desk.all(AUDITOR, RequestQuery())] == [
            late.request_id, request.request_id,
        ]  # fmt: skip
        health = {check.name: check.status for check in (await service.health(OWNER)).checks}
        assert (health["requests"], health["documents"]) == ("fail", "warn")

        assert await refused(desk.extend(ADMIN, late.request_id, ExtendRequest(reason="x"))) == (
            "rights.too_late_to_extend"
        )
        await desk.assign(ADMIN, request.request_id, AssignRequest(to="店长"))
        await desk.note(ADMIN, request.request_id, NoteRequest(text=f"{OWN} called"))
        extended = await desk.extend(ADMIN, request.request_id, ExtendRequest(reason="much to read"))
        assert extended.due_at > request.due_at
        again = desk.extend(ADMIN, request.request_id, ExtendRequest(reason="more"))
        assert await refused(again) == "rights.wrong_state"
        assert await refused(desk.close(ADMIN, request.request_id, CloseRequest(reason="x"))) == "rights.wrong_state"
        answered = await desk.answer(ADMIN, request.request_id, AnswerRequest(outcome=Outcome.PARTLY, reason="told"))
        closed = await desk.close(ADMIN, request.request_id, CloseRequest(reason="done"))
        assert (answered.outcome, closed.state) == (Outcome.PARTLY, RequestState.CLOSED)
        assert OWN not in str(closed)
        assert await refused(desk.add(REVIEWER, asking(RequestKind.COPY, "customer:nobody"))) == "rights.bad_subject"
        assert (await service.verify(OWNER, None)).ok


async def test_corrections_stand_beside_records_and_objections_withhold_them(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        first, _ = await with_messages(service)
        desk = service.desks.requests
        correction = await desk.add(ADMIN, asking(RequestKind.CORRECTION))
        await desk.correct(
            ADMIN, correction.request_id, CorrectRequest(event_ids=(first,), text=f"我说的是项链,{FOREIGN}")
        )
        (shown,) = await service.events(REVIEWER, EventQuery(event_ids=(first,)))
        assert "项链" in shown.corrections[0]
        assert FOREIGN not in shown.corrections[0]
        assert shown.body == "手镯明天能取吗"

        objection = await desk.add(ADMIN, asking(RequestKind.OBJECTION))
        marked = await desk.mark(ADMIN, objection.request_id, MarkRequest(reason="asked in person"))
        assert marked.is_marked
        events = {event.event_id: event for event in await service.events(REVIEWER, EventQuery())}
        assert len(events) == 3
        assert "手镯" not in str(events[first])
        assert events[first].peer == ""
        revealed = await service.reveal(REVIEWER, EventQuery(event_ids=(first,)), "curious")
        assert "手镯" not in str(revealed)
        assert await service.events(REVIEWER, EventQuery(text="手镯")) == ()
        assert await refused(service.attachment(REVIEWER, first, 1, "x")) == "rights.withheld"
        proofs, near = service.desks.proofs, range(correction.ledger_index, correction.ledger_index + 6)
        kinds = {(await proofs.existence(OWNER, ProveRequest(id=f"ledger:{one}"))).kind: one for one in near}
        for proven in (first, f"ledger:{events[first].ledger_index}", f"ledger:{kinds['correction/1']}"):
            assert await refused(proofs.revealed(OWNER, ProveRequest(id=proven), "x")) == "rights.withheld"

        lifted = await desk.lift(ADMIN, objection.request_id, MarkRequest(reason="agreed again"))
        assert not lifted.is_marked
        assert len(await service.events(REVIEWER, EventQuery(text="手镯"))) == 1
        assert (await service.verify(OWNER, None)).ok


async def test_an_erasure_takes_two_people_and_respects_holds(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        first, _ = await with_messages(service)
        archive, desk = archive_of(service), service.desks.requests
        request = await desk.add(ADMIN, asking(RequestKind.DELETION))
        granted = AnswerRequest(outcome=Outcome.GRANTED, reason="erased")
        assert await refused(desk.answer(ADMIN, request.request_id, granted)) == "rights.not_erased_yet"
        why = ErasureRequest(reason="asked by letter")
        assert await refused(desk.approve_erasure(OWNER, request.request_id, why)) == "rights.wrong_state"
        until = datetime.now(UTC) + timedelta(days=9)
        everything = HoldDraft(scope=HoldScope(device=PHONE), reason="court", actor="owner", until=until)
        hold = await archive.holds.place(everything)
        reach = await desk.reach(ADMIN, request.request_id)
        assert (reach.records, reach.held, reach.holds[0].reason) == (2, 2, "court")
        await archive.holds.end(hold.hold_id, actor="owner", reason="settled")

        await desk.ask_erasure(OWNER, request.request_id, why)
        assert await refused(desk.approve_erasure(OWNER, request.request_id, why)) == "rights.second_person"
        assert await refused(desk.approve_erasure(REVIEWER, request.request_id, why)) == "permission.denied"
        erased = await desk.approve_erasure(AUDITOR, request.request_id, why)
        (certificate,) = await archive.deletions.certificates()
        assert erased.changes[-1].step is RequestStep.ERASED
        assert erased.changes[-1].reference == str(certificate.ledger_index)
        answered = await desk.answer(ADMIN, request.request_id, granted)
        assert answered.changes[-1].reference == str(certificate.ledger_index)
        left = await service.events(REVIEWER, EventQuery())
        assert [event.event_id for event in left] != []
        assert first not in {event.event_id for event in left}
        assert len(left) == 1
        assert (await service.verify(OWNER, None)).ok


async def test_copies_are_whole_for_the_person_and_masked_for_others(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        first, _ = await with_messages(service)
        desk = service.desks.requests
        right = await desk.add(ADMIN, asking(RequestKind.CORRECTION))
        await desk.correct(ADMIN, right.request_id, CorrectRequest(event_ids=(first,), text=f"项链,{FOREIGN}"))
        request = await desk.add(ADMIN, asking(RequestKind.COPY))
        assert await refused(desk.copy(ADMIN, request.request_id)) == "permission.denied"
        own = await desk.add(REVIEWER, asking(RequestKind.COPY))
        assert await refused(desk.copy(REVIEWER, own.request_id)) == "rights.second_person_copies"
        text = await unpacked(lambda: desk.copy(REVIEWER, request.request_id))
        assert "手镯明天能取吗" in text
        assert "项链" in text and "deleted since" not in text
        assert FOREIGN not in text
        assert "另一位顾客" not in text
        assert (await desk.one(OWNER, request.request_id)).changes[-1].step is RequestStep.BUNDLED

        await service.reveal(REVIEWER, EventQuery(device=PHONE), "complaint 7")
        theirs = await desk.add(ADMIN, asking(RequestKind.ACCESS, "employee:王店员"))
        text = await unpacked(lambda: desk.copy(REVIEWER, theirs.request_id))
        assert "另一位顾客" in text
        assert OWN not in text
        assert FOREIGN not in text
        assert "complaint 7" in text and "项链" in text


async def unpacked(copy: Callable[[], Awaitable[object]]) -> str:
    opened = await copy()
    content = b"".join([piece async for piece in opened.chunks])  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        files = [bundle.read(name) for name in bundle.namelist() if name.endswith((".html", ".jsonl", ".json", ".csv"))]
    written = b"\n".join(files).decode("utf-8", "replace")
    return written + written.encode().decode("unicode_escape", "replace")


async def test_an_employee_sees_what_is_theirs_and_nothing_else(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        await with_messages(service)
        me = service.desks.me
        await service.reveal(REVIEWER, EventQuery(device=PHONE), "complaint 7")
        (third, *_) = await service.events(OWNER, EventQuery())
        await service.desks.proofs.revealed(OWNER, ProveRequest(id=f"ledger:{third.ledger_index}"), "court")
        own = await me.records(EMPLOYEE)
        assert [(one.data_class, one.count) for one in own.holdings] == [("messages", 3)]
        assert own.holdings[0].kept_until > datetime.now(UTC) + timedelta(days=700)
        assert [(look.actor, look.reason, look.is_certain) for look in own.looks] == [
            ("owner", "court", True), ("reviewer", "complaint 7", True)
        ]  # fmt: skip
        assert own.must_acknowledge
        await me.acknowledge(EMPLOYEE)
        asked = await me.ask(EMPLOYEE, OwnRequest(kind=RequestKind.ACCESS))
        own = await me.records(EMPLOYEE)
        assert not own.must_acknowledge
        assert [one.request_id for one in own.requests] == [asked.request_id]
        assert await refused(me.records(OWNER)) == "self.unknown"
        assert await refused(service.events(EMPLOYEE, EventQuery())) == "permission.denied"
        assert await refused(service.desks.requests.all(EMPLOYEE, RequestQuery())) == "permission.denied"
        stranger = replace(EMPLOYEE, employee="李雷")
        other = await me.records(stranger)
        assert (other.holdings, other.looks, other.requests) == ((), (), ())


async def test_papers_are_kept_in_versions_and_asked_for_again(tmp_path: Path) -> None:
    config = quick_config()
    async with running(tmp_path, config) as service:
        await archive_of(service).add_enrolment(wang())
        papers = service.desks.documents
        template = await papers.template(ADMIN, "zh")
        assert "测试" not in template.text
        assert "第五十五" in template.text
        await papers.write_assessment(ADMIN, NewAssessment())
        second = await papers.write_assessment(ADMIN, NewAssessment(text="完成的评估"))
        accepted = await papers.accept(OWNER, second.version, AcceptAssessment(reason="heard the staff"))
        assert (second.version, accepted.text, accepted.is_current) == (2, "完成的评估", True)
        again = papers.accept(OWNER, second.version, AcceptAssessment(reason="again"))
        assert await refused(again) == "rights.wrong_state"
        assert accepted.kept_until > accepted.written_at + timedelta(days=3 * 365)
        (current, *_) = await papers.notices(AUDITOR)
        assert (current.is_current, current.missing) == (True, ("王店员",))
        (current, *_) = await papers.acknowledge(ADMIN, AcknowledgeNotice(employee="王店员"))
        assert (current.acknowledged, current.missing) == (("王店员",), ())
        noticed = datetime.now(UTC) - timedelta(hours=3)
        incident = await papers.add_incident(ADMIN, NewIncident(what="a phone is missing", noticed_at=noticed))
        health = {check.name: check for check in (await service.health(OWNER)).checks}
        assert health["documents"].status == "warn"
        await papers.note_incident(ADMIN, incident.incident_id, IncidentNote(text="by telephone", told="authority"))
        closed = await papers.close_incident(ADMIN, incident.incident_id, CloseIncident(reason="found again"))
        assert (closed.is_open, closed.told, len(closed.steps)) == (False, ("authority",), 3)
        letter = await papers.notification(ADMIN, incident.incident_id, "en")
        assert "a phone is missing" in letter.text
        health = {check.name: check for check in (await service.health(OWNER)).checks}
        assert health["documents"].status == "ok"
        assert (await service.verify(OWNER, None)).ok
    changed = replace(config, notice=NoticeSection(text_zh="本机为公司工作手机,新的告知内容在此,请仔细阅读。"))
    async with running(tmp_path, changed) as service:
        papers = service.desks.documents
        (latest, _) = await papers.assessments(OWNER)
        assert not latest.is_current
        (current, *_) = await papers.notices(OWNER)
        assert current.missing == ("王店员",)
