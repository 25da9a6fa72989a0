"""An export from the asking to the bundle: real archive, real sealed files, real ledger; the bundle checked as a judge
would."""

import contextlib
import hashlib
import json
import runpy
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from crypto.sealed_keys import MediaKeys
from daemon.api.exit_codes import ExitCode
from daemon.api.exports import Export, ExportDecision, ExportDisclosure, ExportQuery, ExportRequest, ExportState
from daemon.api.rights import RequestKind, SubjectKind
from daemon.api.texts import Texts
from daemon.api.wire import EventKind, Role
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.requests import ArchivedRequest, RequestDraft
from daemon.audit import AuditTrail
from daemon.bundles.verification import verify_bundle
from daemon.config import Config, ExportsSection
from daemon.desk_parts import DeskParts
from daemon.exports_desk import ExportsDesk
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaStore
from daemon.rights.guard import PrivacyGuard
from daemon.service import Caller, ServiceError
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in, ingest_of, root_key, sms, vault_keys
from tests.bundle_kit import HOSTILE

from .daemon_support import ADMIN, AUDITOR, EMPLOYEE, OWNER, REVIEWER
from .test_daemon_media_reading import PICTURE, with_picture

TWIN = Caller(uid=REVIEWER.uid + 1000, name=REVIEWER.name.upper(), role=Role.OWNER, language="en")
YES = ExportDecision(reason="looked at it")


class Named:
    """The directory's part that a scope needs."""

    def named(self, name: str | None) -> str | None:
        return name


@dataclass
class Shop:
    archive: Archive
    desk: ExportsDesk
    clock: StepClock
    folder: Path
    guard: PrivacyGuard

    async def asked(self, caller: Caller = REVIEWER, **filters: object) -> Export:
        request = ExportRequest(case="2026-17", reason="court order", **filters)  # type: ignore[arg-type]
        return await self.desk.ask(caller, request)

    async def bundle(self, caller: Caller, export: Export) -> Path:
        path = self.folder / "b.zip"
        opened = await self.desk.fetch(caller, export.export_id)
        path.write_bytes(b"".join([piece async for piece in opened.chunks]))
        return path

    async def actions(self) -> list[tuple[str, str, str]]:
        return [(one.actor, one.action, one.outcome) for one in reversed(await self.archive.audit_entries(limit=50))]


@contextlib.asynccontextmanager
async def shop(folder: Path, config: Config | None = None) -> AsyncIterator[Shop]:
    clock = StepClock()
    async with archive_in(folder, clock=clock, enrolled=(PHONE, OTHER_PHONE)) as archive:
        media = MediaStore(folder / "media", OneShelf(MediaKeys(root_key())), clock=clock)
        await archive.ingest(
            ingest_of([sms(1, "您好".encode()), sms(2, HOSTILE.encode("utf-8", "replace"), address=b"13900000018")])
        )
        await archive.ingest(ingest_of([sms(1, b"caf\xe9", device=OTHER_PHONE)], device=OTHER_PHONE))
        await with_picture(archive, media)
        guard = PrivacyGuard(archive)
        parts = SimpleNamespace(
            archive=archive, audit=AuditTrail(archive, root_key()), clock=clock, config=config or Config(),
            directory=Named(), guard=guard, keys=vault_keys(folder), media=media,
            texts={"zh": Texts("zh"), "en": Texts("en")},
        )  # fmt: skip
        yield Shop(archive, ExportsDesk(cast(DeskParts, parts)), clock, folder, guard)
        media.close()


@contextlib.contextmanager
def refused(code: str, exit_code: ExitCode | None = None) -> Iterator[None]:
    with pytest.raises(ServiceError) as error:
        yield
    assert error.value.code == code
    assert exit_code is None or error.value.exit_code is exit_code


async def test_a_whole_export_with_files(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        export = await one.asked(disclosure=ExportDisclosure.FULL_WITH_FILES)
        assert (export.state, export.records, export.phones) == (ExportState.ASKED, 4, 2)
        assert export.conversations == 3
        approved = await one.desk.approve(AUDITOR, export.export_id, YES)
        assert (approved.state, approved.decided_by) == (ExportState.APPROVED, "auditor")
        await one.archive.ingest(ingest_of([sms(9, b"later")]))
        report = verify_bundle(await one.bundle(REVIEWER, export))
        assert report.problems == {} and (report.proven, report.placed) == (4, 0)
        assert report.head_size > 4 and "2026-17 | reviewer / auditor" in report.watermark
        with zipfile.ZipFile(one.folder / "b.zip") as bundle:
            sha256 = hashlib.sha256(PICTURE).hexdigest()
            assert bundle.read(f"media/{sha256}.jpg") == PICTURE
            lines = [json.loads(line) for line in bundle.read("records.jsonl").splitlines()[1:]]
            manifest = bundle.read("manifest.json")
        assert [line["body"] for line in lines[:2]] == ["您好", HOSTILE.encode("utf-8", "replace").decode()]
        assert lines[0]["peer"] == "13800000017" and lines[0]["employee"] == "林小雨"
        assert lines[2]["body"] == "caf\ufffd"
        done = await one.desk.one(OWNER, export.export_id)
        assert done.state is ExportState.EXECUTED
        assert done.steps[-1].manifest_sha256 == hashlib.sha256(manifest).hexdigest()
        assert done.steps[-1].bundle_id == report.bundle_id
        assert verify_bundle(await one.bundle(REVIEWER, export)).bundle_id != report.bundle_id
        actions = await one.actions()
        assert actions[:3] == [
            ("reviewer", "export.ask", "ok"), ("auditor", "export.approve", "ok"), ("reviewer", "export.fetch", "ok"),
        ]  # fmt: skip
        assert (await one.archive.verify()).ok


async def test_a_masked_export_tells_nothing_and_proves_where(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        export = await one.asked(peer="+86 138 0000 0017", kinds=(EventKind.MESSAGE,))
        assert export.records == 2
        assert {item.name: item.value for item in export.scope}["peer"] == "+86138****0017"
        await one.desk.approve(OWNER, export.export_id, YES)
        path = await one.bundle(REVIEWER, export)
        report = verify_bundle(path)
        assert report.problems == {} and (report.proven, report.placed) == (0, 2)
        with zipfile.ZipFile(path) as bundle:
            told = b"".join(bundle.read(name) for name in bundle.namelist() if not name.startswith(("verify", "READ")))
        assert b"13800000017" not in told and b'"ev_' not in told and b'"opening"' not in told
        assert hashlib.sha256(PICTURE).hexdigest().encode() not in told


async def test_who_may_do_what(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        for caller in (ADMIN, AUDITOR, EMPLOYEE):
            with refused("permission.denied", ExitCode.NOT_PERMITTED):
                await one.asked(caller)
        with refused("export.nothing"):
            await one.asked(device="unknown")
        with refused("export.reason_missing"):
            await one.desk.ask(REVIEWER, ExportRequest(case=" ", reason="why"))
        with refused("request.invalid"):
            await one.asked(peer="-1")
        export = await one.asked()
        for caller in (ADMIN, EMPLOYEE):
            with refused("permission.denied"):
                await one.desk.approve(caller, export.export_id, YES)
            with refused("permission.denied"):
                await one.desk.all(caller, ExportQuery())
        for caller in (REVIEWER, TWIN):
            with refused("export.same_person", ExitCode.NOT_PERMITTED):
                await one.desk.approve(caller, export.export_id, YES)
        with refused("export.reason_missing"):
            await one.desk.approve(OWNER, export.export_id, ExportDecision(reason=" "))
        with refused("export.wrong_state"):
            await one.desk.fetch(REVIEWER, export.export_id)
        with refused("export.not_found", ExitCode.NOT_FOUND):
            await one.desk.fetch(REVIEWER, "ex_0")
        await one.desk.approve(OWNER, export.export_id, YES)
        with refused("export.other_person", ExitCode.NOT_PERMITTED):
            await one.desk.fetch(OWNER, export.export_id)
        with refused("export.wrong_state"):
            await one.desk.refuse(OWNER, export.export_id, YES)
        outcomes = {(actor, action, outcome) for actor, action, outcome in await one.actions()}
        assert {
            ("reviewer", "export.approve", "refused"), ("owner", "export.fetch", "refused"),
            ("reviewer", "export.fetch", "refused"), ("owner", "export.refuse", "refused"),
        } <= outcomes  # fmt: skip


async def test_what_nobody_decides_or_fetches_expires(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        waiting, approved, refused_one = await one.asked(), await one.asked(), await one.asked()
        one.clock.advance(3600)
        await one.desk.approve(OWNER, approved.export_id, YES)
        assert (await one.desk.refuse(OWNER, refused_one.export_id, YES)).state is ExportState.REFUSED
        one.clock.advance(23 * 3600)
        states = {export.export_id: export.state for export in await one.desk.all(AUDITOR, ExportQuery())}
        assert states == {
            waiting.export_id: ExportState.EXPIRED,
            approved.export_id: ExportState.APPROVED,
            refused_one.export_id: ExportState.REFUSED,
        }
        await one.bundle(REVIEWER, approved)
        one.clock.advance(3600)
        with refused("export.expired"):
            await one.desk.fetch(REVIEWER, approved.export_id)
        with refused("export.wrong_state"):
            await one.desk.approve(OWNER, waiting.export_id, YES)
        assert (await one.archive.verify()).ok


async def test_a_fetch_that_is_cut_leaves_it_approved_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.bundles.writer._PIECE_BYTES", 1_000)
    async with shop(tmp_path) as one:
        export = await one.asked(disclosure=ExportDisclosure.FULL)
        await one.desk.approve(OWNER, export.export_id, YES)
        opened = await one.desk.fetch(REVIEWER, export.export_id)
        another = await one.desk.fetch(REVIEWER, export.export_id)
        chunks = opened.chunks
        await anext(chunks)
        with refused("export.busy"):
            await one.desk.fetch(REVIEWER, export.export_id)
        await chunks.aclose()  # type: ignore[attr-defined]
        assert (await one.actions())[-1] == ("reviewer", "export.fetch", "failed")
        assert (await one.desk.one(OWNER, export.export_id)).state is ExportState.APPROVED
        assert [piece async for piece in another.chunks]
        assert (await one.desk.one(OWNER, export.export_id)).state is ExportState.EXECUTED


async def asked_by_a_customer(archive: Archive, kind: RequestKind) -> ArchivedRequest:
    token = archive.tokens.of_number("+8613800000017")
    return await archive.requests.add(
        RequestDraft(
            kind=kind,
            subject_kind=SubjectKind.CUSTOMER,
            subject="138****0017",
            subject_token=token,
            received_at=NOON,
            due_at=NOON,
            channel="letter",
            note=None,
            recorded_by="admin",
        )  # fmt: skip
    )


async def test_the_configuration_says_how_long_an_export_is_valid(tmp_path: Path) -> None:
    async with shop(tmp_path, Config(exports=ExportsSection(valid_hours=2))) as one:
        export = await one.asked()
        assert export.expires_at == one.clock.now() + timedelta(hours=2)
        one.clock.advance(3600)
        approved = await one.desk.approve(AUDITOR, export.export_id, YES)
        assert approved.expires_at == one.clock.now() + timedelta(hours=2)
        one.clock.advance(2 * 3600)
        with refused("export.wrong_state"):
            await one.bundle(REVIEWER, export)
        assert (await one.desk.one(OWNER, export.export_id)).state is ExportState.EXPIRED


async def corrected_by_request(archive: Archive, text: str) -> int:
    """A correction of the first message; its ledger index."""
    found = {one.event.text: one for one in await archive.events(EventFilter(limit=10))}
    request = await asked_by_a_customer(archive, RequestKind.CORRECTION)
    first = found["您好"]
    await archive.privacy.correct(request.request_id, (first.event.event_id,), text=text, actor="admin")
    (note,) = (await archive.privacy.corrections([first.ledger_index]))[first.ledger_index]
    return note.ledger_index


async def test_corrections_come_with_their_records_and_are_proven(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        index = await corrected_by_request(one.archive, "不是手镯，是项链 13900000018 <b>")
        full = await one.asked(disclosure=ExportDisclosure.FULL)
        assert full.records == 4
        await one.desk.approve(AUDITOR, full.export_id, YES)
        report = verify_bundle(await one.bundle(REVIEWER, full))
        assert report.problems == {} and (report.proven, report.placed) == (5, 0)
        with zipfile.ZipFile(one.folder / "b.zip") as bundle:
            lines = [json.loads(line) for line in bundle.read("records.jsonl").splitlines()[1:]]
            pages = b"".join(bundle.read(name) for name in bundle.namelist() if name.startswith("conversations/"))
            first_page, table = bundle.read("index.html").decode(), bundle.read("records.csv").decode()
            checker = tmp_path / "verify.py"
            checker.write_bytes(bundle.read("verify.py"))
        beside = {line["ledger_index"]: line["corrections"] for line in lines if line["corrections"]}
        own = next(line for line in lines if line["kind"] == "correction")
        (noted,) = next(iter(beside.values()))
        assert (noted["ledger_index"], noted["text"]) == (index, "不是手镯，是项链 13900000018 <b>")
        assert (own["ledger_index"], own["body"]) == (index, noted["text"])
        assert "13900000018 &lt;b&gt;" in pages.decode() and "项链" in table and "deleted since" not in first_page
        judged = runpy.run_path(str(checker))["main"]([str(one.folder / "b.zip")])
        assert judged == 0

        masked = await one.asked()
        await one.desk.approve(AUDITOR, masked.export_id, YES)
        report = verify_bundle(await one.bundle(REVIEWER, masked))
        assert report.problems == {} and (report.proven, report.placed) == (0, 5)
        with zipfile.ZipFile(one.folder / "b.zip") as bundle:
            shown = b"".join(bundle.read(name) for name in bundle.namelist()).decode("utf-8", "replace")
            lines = [json.loads(line) for line in bundle.read("records.jsonl").splitlines()[1:]]
        assert "13900000018" not in shown
        assert any("项链" in note["text"] for line in lines for note in line["corrections"])


async def test_a_correction_of_what_is_withheld_is_withheld(tmp_path: Path) -> None:
    async with shop(tmp_path) as one:
        await corrected_by_request(one.archive, "项链")
        objection = await asked_by_a_customer(one.archive, RequestKind.OBJECTION)
        await one.archive.privacy.mark(objection.request_id, conversation=None, actor="admin", reason="asked")
        await one.guard.load()
        full = await one.asked(disclosure=ExportDisclosure.FULL)
        await one.desk.approve(AUDITOR, full.export_id, YES)
        report = verify_bundle(await one.bundle(REVIEWER, full))
        assert report.problems == {} and report.placed >= 2
        with zipfile.ZipFile(one.folder / "b.zip") as bundle:
            lines = bundle.read("records.jsonl").splitlines()[1:]
            shown = b"".join(bundle.read(name) for name in bundle.namelist()).decode("utf-8", "replace")
        assert any(json.loads(line)["kind"] == "correction" for line in lines)
        assert "项链" not in shown + "".join(json.dumps(json.loads(line), ensure_ascii=False) for line in lines)
