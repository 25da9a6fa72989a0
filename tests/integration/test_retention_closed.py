"""Requests, exports, holds and papers end too: what was closed goes with its time, what is open or held stays."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from daemon.api.documents import DocumentKind, DocumentStep
from daemon.api.exports import ExportDisclosure
from daemon.api.rights import Outcome, RequestKind, RequestStep, SubjectKind
from daemon.archive.archive import Archive
from daemon.archive.data_classes import DataClass
from daemon.archive.documents import ArchivedDocument, DocumentDraft
from daemon.archive.drafts import EventFilter
from daemon.archive.export_scope import ExportScope
from daemon.archive.export_steps import ExportStepKind, Person
from daemon.archive.exports import ArchivedExport, ExportDraft, ExportStepDraft
from daemon.archive.holds import ArchivedHold, HoldDraft, HoldScope
from daemon.archive.proving import Disclosing
from daemon.archive.requests import ArchivedRequest, RequestDraft, StepDraft
from daemon.config_sections import RetentionSection
from tests.archive_kit import PHONE, enrolment, ingest_of, sms
from tests.integration.test_archive_tamper import behind_the_back
from tests.integration.test_retention import Shop, shop_in

YEARS_S = 1_100 * 86_400.0
NUMBER = "+8613800000017"
ANNA, BO = Person(uid=1, name="anna"), Person(uid=2, name="bo")


async def requested(shop: Shop, kind: RequestKind, name: str = "林小雨") -> ArchivedRequest:
    is_customer = kind is RequestKind.OBJECTION
    now = shop.clock.now()
    draft = RequestDraft(
        kind=kind,
        subject_kind=SubjectKind.CUSTOMER if is_customer else SubjectKind.EMPLOYEE,
        subject="138****0017" if is_customer else name,
        subject_token=shop.archive.tokens.of_number(NUMBER) if is_customer else None,
        received_at=now, due_at=now + timedelta(days=15), channel="letter", note="by letter", recorded_by="admin",
    )  # fmt: skip
    return await shop.archive.requests.add(draft)


async def answered(shop: Shop, request: ArchivedRequest) -> ArchivedRequest:
    for step in (RequestStep.ANSWERED, RequestStep.CLOSED):
        is_answer = step is RequestStep.ANSWERED
        draft = StepDraft(step=step, actor="admin", text="done", outcome=Outcome.GRANTED if is_answer else None)
        request = await shop.archive.requests.take(request.request_id, draft)
    return request


async def exported(shop: Shop, scope: ExportScope, *steps: ExportStepDraft) -> ArchivedExport:
    draft = ExportDraft(
        asked_by=ANNA, case="2026-17", reason="court order", scope=scope, disclosure=ExportDisclosure.MASKED,
        validity=timedelta(days=1),
    )  # fmt: skip
    export = await shop.archive.exports.ask(draft)
    for step in steps:
        export = await shop.archive.exports.take(export.export_id, step)
    return export


async def held(shop: Shop, scope: HoldScope, days: int) -> ArchivedHold:
    until = shop.clock.now() + timedelta(days=days)
    return await shop.archive.holds.place(HoldDraft(scope=scope, reason="case 7", actor="owner", until=until))


async def paper(shop: Shop, kind: DocumentKind, step: DocumentStep, name: str | None, title: str) -> ArchivedDocument:
    draft = DocumentDraft(kind=kind, step=step, actor="admin", name=name, title=title, body="text")
    return await shop.archive.documents.add(draft)


async def passed(shop: Shop) -> int:
    rows = (await shop.retention.pass_now("owner", "retention")).erased_rows
    result = await shop.archive.verify()
    assert result.ok, result
    return rows


async def requests_left(archive: Archive) -> list[str]:
    return [one.request_id for one in await archive.requests.all()]


async def test_the_closed_ones_go_under_certificates_and_the_neighbours_stay_provable(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        archive = shop.archive
        await archive.ingest(ingest_of([sms(1, b"held", at=shop.clock.now())]))
        (event,) = await archive.events(EventFilter())
        beside = await requested(shop, RequestKind.CORRECTION)
        await archive.privacy.correct(beside.request_id, (event.event.event_id,), text="no", actor="admin")
        await answered(shop, beside)
        await answered(shop, await requested(shop, RequestKind.ACCESS))
        still = await requested(shop, RequestKind.ACCESS)
        refused = ExportStepDraft(step=ExportStepKind.REFUSE, who=BO, reason="court order")
        await exported(shop, ExportScope(up_to=0), refused)
        await exported(shop, ExportScope(up_to=0))  # nobody decides: its time runs out
        short, long = await held(shop, HoldScope(device=PHONE), 30), await held(shop, HoldScope(device=PHONE), 1_800)
        over = await held(shop, HoldScope(device=PHONE), 1_800)
        await archive.holds.end(over.hold_id, actor="owner", reason="settled")
        shop.clock.advance(YEARS_S - 20 * 86_400)
        assert await passed(shop) == 0
        young = await exported(shop, ExportScope(up_to=0))
        shop.clock.advance(60 * 86_400)
        assert await passed(shop) == 3 + (2 + 1) + (1 + 2)
        assert await requests_left(archive) == [beside.request_id, still.request_id]
        assert [one.export_id for one in await archive.exports.all()] == [young.export_id]
        assert [one.hold_id for one in await archive.holds.all()] == [long.hold_id]
        assert short.hold_id != long.hold_id
        certificates = await archive.deletions.certificates(limit=3)
        told = [(one.data_class, one.cause, one.entries, one.destroyed_keys) for one in certificates]
        assert told == [(name, "retention", 3, ()) for name in ("holds", "exports", "requests")]
        assert await archive.proofs.evidence(still.ledger_index, Disclosing.CONTENT, ()) is not None
        assert await archive.proofs.evidence(still.ledger_index - 1, Disclosing.CONTENT, ()) is None
        assert await archive.proofs.evidence(still.ledger_index - 1, Disclosing.NOTHING, ()) is not None
        assert await archive.proofs.evidence(certificates[0].ledger_index, Disclosing.CONTENT, ()) is not None
        again = await requested(shop, RequestKind.ACCESS)
        assert again.request_id not in {still.request_id, f"rq_{still.ledger_index - 3}"}
        await archive.holds.end(long.hold_id, actor="owner", reason="settled")
        assert await passed(shop) == 4
        assert await requests_left(archive) == [still.request_id, again.request_id]
    with behind_the_back(tmp_path) as database:  # no guess at what went can be tried against what stays
        assert database.fetch_value("SELECT count(*) FROM ledger WHERE deleted_by IS NOT NULL") == 15
        assert database.fetch_value("SELECT count(opening) FROM ledger WHERE deleted_by IS NOT NULL") == 0


async def test_a_mark_in_force_keeps_its_request_and_no_deletion_brings_a_lifted_one_back(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        privacy = shop.archive.privacy
        first = await requested(shop, RequestKind.OBJECTION)
        await privacy.mark(first.request_id, conversation=None, actor="admin", reason="asked")
        await answered(shop, first)
        second = await requested(shop, RequestKind.OBJECTION)
        await privacy.mark(second.request_id, conversation=None, actor="admin", reason="again")
        await answered(shop, second)
        shop.clock.advance(YEARS_S)
        await passed(shop)
        assert await requests_left(shop.archive) == [second.request_id]  # the later mark is what holds
        assert len((await privacy.marks()).peers) == 1
        third = await requested(shop, RequestKind.OBJECTION)
        await privacy.lift(third.request_id, conversation=None, actor="admin", reason="agreed")
        await answered(shop, third)
        note = StepDraft(step=RequestStep.UNMARKED, actor="admin")
        shop.clock.advance(86_400)
        await shop.archive.requests.take(second.request_id, note)  # so that the lifting one is over first
        shop.clock.advance(1_097.5 * 86_400)
        await passed(shop)
        assert await requests_left(shop.archive) == [second.request_id, third.request_id]
        assert not await privacy.marks()
        shop.clock.advance(2 * 86_400)
        await passed(shop)
        assert await requests_left(shop.archive) == []
        assert not await privacy.marks()


async def test_a_hold_keeps_what_it_names_as_long_as_it_lasts(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await answered(shop, await requested(shop, RequestKind.ACCESS))
        await exported(shop, ExportScope(up_to=0, employee="林小雨"))
        shop.clock.advance(YEARS_S)
        for scope in (HoldScope(), HoldScope(employee="林小雨")):
            hold = await held(shop, scope, 1_800)
            assert (await shop.retention.pass_now("owner", "retention")).erased_rows == 0
            await shop.archive.holds.end(hold.hold_id, actor="owner", reason="settled")
        for scope in (HoldScope(employee="somebody else"), HoldScope(data_class=DataClass.MESSAGES)):
            await held(shop, scope, 1_800)
        await held(shop, HoldScope(data_class=DataClass.EXPORTS), 1_800)
        assert await passed(shop) == 3
        assert await requests_left(shop.archive) == []
        assert len(await shop.archive.exports.all()) == 1


async def test_papers_go_when_newer_ones_replaced_them(tmp_path: Path) -> None:
    kind = DocumentKind.ASSESSMENT
    async with shop_in(tmp_path) as shop:
        archive = shop.archive
        for name in ("1", "2"):
            await paper(shop, kind, DocumentStep.WRITTEN, None, "-")
            await paper(shop, kind, DocumentStep.ACCEPTED, name, "fits")
        await paper(shop, kind, DocumentStep.WRITTEN, None, "draft")
        closed = await paper(shop, DocumentKind.INCIDENT, DocumentStep.WRITTEN, None, "-")
        await paper(shop, DocumentKind.INCIDENT, DocumentStep.CLOSED, closed.name, "-")
        still = await paper(shop, DocumentKind.INCIDENT, DocumentStep.WRITTEN, None, "-")
        notice = DocumentKind.NOTICE
        for employee in ("林小雨", "林小雨", "left long ago"):
            await paper(shop, notice, DocumentStep.ACKNOWLEDGED, "v", employee)
        shop.clock.advance(1_829 * 86_400)
        await passed(shop)
        assert len(await archive.documents.steps(kind)) == 5
        shop.clock.advance(2 * 86_400)
        assert await passed(shop) == 2 + 2 + 2
        assert [one.name for one in await archive.documents.steps(kind)] == ["2", "2", "3"]
        assert [one.name for one in await archive.documents.steps(DocumentKind.INCIDENT)] == [still.name]
        assert [one.title for one in await archive.documents.steps(notice)] == ["林小雨"]
        assert (await paper(shop, kind, DocumentStep.WRITTEN, None, "-")).name == "4"
        await archive.end_enrolment(PHONE, actor="admin", reason="left")
        shop.clock.advance(1_831 * 86_400)
        await passed(shop)
        assert await archive.documents.steps(notice) == ()
        assert await archive.enrolments() == ()


async def test_an_enrolment_goes_after_the_last_record_of_its_time(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        archive = shop.archive
        await archive.ingest(ingest_of([sms(1, b"kept", at=shop.clock.now())]))
        kept = await held(shop, HoldScope(data_class=DataClass.MESSAGES), 1_820)
        await archive.end_enrolment(PHONE, actor="admin", reason="left")
        shop.clock.advance(86_400)
        await archive.add_enrolment(enrolment(PHONE))  # the next employee's
        await archive.ingest(ingest_of([sms(2, b"later", at=shop.clock.now())]))
        await held(shop, HoldScope(device=PHONE), 1_820)
        shop.clock.advance(1_810 * 86_400)
        await passed(shop)
        await archive.holds.end(kept.hold_id, actor="owner", reason="settled")
        shop.clock.advance(25 * 86_400)
        await held(shop, HoldScope(device=PHONE, data_class=DataClass.PAPERS), 1)
        await passed(shop)
        assert len(await archive.enrolments()) == 2
        shop.clock.advance(2 * 86_400)
        await passed(shop)
        (left,) = await archive.enrolments()
        assert left.ended_at is None
        assert await shop.bodies() == []


@pytest.mark.parametrize(
    ("key", "days", "is_right"),
    [
        ("requests_days", 1, True),
        ("exports_days", 0, False),
        ("holds_days", 3_661, False),
        ("papers_days", 1_097, False),
        ("papers_days", 1_098, True),
        ("papers_days", 3_661, False),
    ],
)
def test_none_of_them_is_kept_for_ever(key: str, days: int, is_right: bool) -> None:  # noqa: FBT001
    try:
        msgspec.convert({key: days}, RetentionSection)
    except msgspec.ValidationError:
        assert not is_right
    else:
        assert is_right
