"""Proofs of an archive's entries, and heads that leave it, come back and find a rollback; real archive and witness."""

import contextlib
import dataclasses
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto.witnessing import WitnessRequest, read_notes
from daemon.api.exit_codes import ExitCode
from daemon.api.proofs import (
    CheckHeadsRequest,
    CosignatureRequest,
    CosignRequest,
    ProveRequest,
    WitnessedRequest,
)
from daemon.api.texts import load_texts
from daemon.api.wire import Role
from daemon.archive.archive import Archive, ArchiveSettings
from daemon.archive.drafts import AlertFilter, AuditDraft
from daemon.audit import AuditTrail
from daemon.bus import Bus
from daemon.cli.narration import CATALOG
from daemon.config import Config, LedgerSection
from daemon.proofs.cosigner import Cosigner
from daemon.proofs.heads_desk import HeadsDesk
from daemon.proofs.proof_check import Trust, check_proof
from daemon.proofs.proof_desk import ProofDesk
from daemon.proofs.proof_file import decode_proof
from daemon.proofs.typed_heads import spelled, typed_head
from daemon.rights.guard import PrivacyGuard
from daemon.service import Caller, ServiceError
from tests.archive_kit import archive_in, id_of, ingest_of, sms, vault_keys, verdict

OWNER = Caller(uid=0, name="owner", role=Role.OWNER, language="en")
AUDITOR = dataclasses.replace(OWNER, name="auditor", role=Role.AUDITOR)
AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


@dataclass
class Shop:
    archive: Archive
    heads: HeadsDesk
    proofs: ProofDesk


@contextlib.asynccontextmanager
async def shop_in(directory: Path, *, witnesses: tuple[str, ...] = (), interval_s: float = 0.0) -> AsyncIterator[Shop]:
    async with archive_in(directory, settings=ArchiveSettings(head_interval_s=interval_s)) as archive:
        audit = AuditTrail(archive, vault_keys(directory))
        config = Config(ledger=LedgerSection(witnesses=witnesses))
        texts = {"en": load_texts("en", CATALOG)}
        heads = HeadsDesk(archive=archive, audit=audit, bus=Bus(), config=config, texts=texts)
        yield Shop(archive, heads, ProofDesk(archive=archive, audit=audit, guard=PrivacyGuard(archive)))


async def test_every_kind_of_entry_is_proved_with_its_content(tmp_path: Path) -> None:
    async with shop_in(tmp_path, interval_s=600.0) as shop:
        events = [sms(key, "货款转我微信".encode()) for key in range(5)]
        await shop.archive.ingest(ingest_of(events, verdicts=[verdict()]))
        await shop.archive.audit(
            AuditDraft(actor="a", role="owner", action="x", target="y", reason="because", outcome="ok")
        )
        (alert, *_) = await shop.archive.alerts(AlertFilter())
        for identifier, kind, field, value in (
            (id_of(events[3]), "event/1", "body", "货款转我微信"),
            (alert.alert_id, "alert/1", "rule_id", "kickback.cash"),
            ("audit:1", "audit/1", "reason", "because"),
            ("ledger:1", "enrolment/1", "employee", "林小雨"),
        ):
            hidden = await shop.proofs.existence(AUDITOR, ProveRequest(id=identifier))
            assert check_proof(decode_proof(hidden.proof.encode()), Trust()).kind is None
            assert "货款" not in hidden.proof
            shown = await shop.proofs.revealed(OWNER, ProveRequest(id=identifier), "court")
            proven = check_proof(decode_proof(shown.proof.encode()), Trust(public_key=shop.archive.public_key))
            assert (proven.kind, shown.kind, proven.fields[field]) == (kind, kind, value)
        actions = [entry.action for entry in await shop.archive.audit_entries(limit=8)]
        assert actions == ["proof.reveal", "proof.make"] * 4
        targets = [one.target for one in await shop.archive.audit_entries(limit=8) if one.action == "proof.reveal"]
        about = [set(re.findall(r"ev_\w+", target)) for target in targets]
        assert about == [set(), set(), {alert.archived.event.event_id}, {id_of(events[3])}]
        assert (await shop.archive.verify()).ok


async def test_who_may_not_and_what_is_not_there(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        admin = dataclasses.replace(OWNER, role=Role.ADMIN)
        for caller, identifier, reason, code in (
            (admin, "ledger:1", "x", "permission.denied"),
            (AUDITOR, "ledger:1", "x", "permission.denied"),
            (OWNER, "ledger:1", "  ", "reveal.reason_missing"),
            (OWNER, "ledger:999", "x", "record.not_found"),
            (OWNER, "ev_nonsense", "x", "record.not_found"),
            (OWNER, "al_nonsense", "x", "record.not_found"),
            (OWNER, "audit:77", "x", "record.not_found"),
            (OWNER, "cm_x", "x", "record.not_found"),
        ):
            with pytest.raises(ServiceError) as caught:
                await shop.proofs.revealed(caller, ProveRequest(id=identifier), reason)
            assert caught.value.code == code


async def test_a_head_outside_is_ledgered_and_continued_by_later_proofs(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        head = await shop.heads.sign(OWNER)
        kept = await shop.heads.witnessed(
            OWNER, WitnessedRequest(size=head.size, way="file", witness="stick in the safe")
        )
        assert (kept.way, kept.outcome, kept.size) == ("file", "continued", head.size)
        await shop.archive.ingest(ingest_of([sms(key) for key in range(700)]))
        report = await shop.heads.report(OWNER)
        assert report.newest is not None and report.newest.size > 700
        assert [one.witness for one in report.outside] == ["stick in the safe"]
        document = await shop.proofs.existence(OWNER, ProveRequest(id="ledger:300"))
        trust = Trust(heads=read_notes(head.note))
        assert check_proof(decode_proof(document.proof.encode()), trust).given_sizes == (head.size,)
        checked = await shop.heads.check(OWNER, CheckHeadsRequest(heads=head.note, witness="stick"))
        assert checked.ok
        root = report.newest.root_sha256
        size, printed = report.newest.size, report.newest.typed
        for typed in (
            f"{size} {root}",
            f"{size}  {root[:4]} {root[4:20].upper()}",
            printed,
            f"{size} {root}{printed[-12:]}",
        ):
            assert (await shop.heads.check(OWNER, CheckHeadsRequest(typed=typed))).ok
        assert (await shop.archive.verify()).ok


async def test_a_state_put_back_as_a_whole_is_found_by_stick_print_and_witness(tmp_path: Path) -> None:
    witness = Cosigner(tmp_path / "office")
    public_key = witness.create("office.example")
    state, copy = tmp_path / "state", tmp_path / "copy"
    state.mkdir()
    async with shop_in(state) as shop:
        await shop.archive.ingest(ingest_of([sms(key) for key in range(40)]))
        witness.trust(shop.archive.public_key)
    shutil.copytree(state, copy)
    async with shop_in(state, witnesses=(public_key,)) as shop:
        await shop.archive.ingest(ingest_of([sms(key) for key in range(40, 60)], cursor="c2"))
        asked = await shop.heads.cosign_request(OWNER, CosignRequest())
        cosigned = witness.cosign(WitnessRequest.from_text(asked.request), AT)
        name, _, signature = cosigned.note.rstrip("\n").rpartition(" ")
        forged = f"{name} {signature[:-8]}{'A' if signature[-8] != 'A' else 'B'}{signature[-7:]}\n"
        with pytest.raises(ServiceError) as caught:
            await shop.heads.cosignature(OWNER, CosignatureRequest(note=forged))
        assert (caught.value.code, caught.value.exit_code) == ("heads.bad_cosignature", ExitCode.INTEGRITY)
        kept = await shop.heads.cosignature(OWNER, CosignatureRequest(note=cosigned.note))
        assert (kept.way, kept.witness, kept.witness_at) == ("cosignature", "office.example", AT)
        again = await shop.heads.cosign_request(OWNER, CosignRequest())
        assert again.old_size == asked.size
        last = witness.cosign(WitnessRequest.from_text(again.request), AT)
        await shop.heads.cosignature(OWNER, CosignatureRequest(note=last.note))
        assert (await shop.archive.verify()).ok
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    async with shop_in(state, witnesses=(public_key,)) as shop:
        assert (await shop.archive.verify()).ok  # nothing in the box tells
        checked = await shop.heads.check(OWNER, CheckHeadsRequest(heads=last.note, witness="stick"))
        assert [one.standing for one in checked.items] == ["rolled_back"]
        typed = spelled(last.size, last.root.hex(), shop.archive.witnesses.check_digits(last.size, last.root.hex()))
        assert not (await shop.heads.check(OWNER, CheckHeadsRequest(typed=typed))).ok
        with pytest.raises(ServiceError) as caught:
            await shop.heads.cosignature(OWNER, CosignatureRequest(note=last.note))
        assert caught.value.code == "heads.rolled_back"
        # and after it grew past the head again
        await shop.archive.ingest(ingest_of([sms(key) for key in range(100, 160)], cursor="c3"))
        checked = await shop.heads.check(OWNER, CheckHeadsRequest(heads=cosigned.note + "\n" + last.note, typed=typed))
        assert [one.standing for one in checked.items] == ["other_history"] * 3
        with pytest.raises(ServiceError) as caught:
            await shop.heads.cosign_request(OWNER, CosignRequest(last=last.note))
        assert caught.value.code == "heads.other_history"
        outcomes = [one.outcome for one in (await shop.heads.report(OWNER)).outside]
        assert outcomes.count("rolled_back") == 2  # the note and the typed one, each once
        assert await shop.archive.witnesses.alarm() is not None
        assert (await shop.archive.verify()).ok


async def test_heads_that_are_not_ours_change_nothing(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    async with shop_in(tmp_path / "one") as shop, shop_in(tmp_path / "other") as other:
        foreign = (await other.heads.sign(OWNER)).note.replace(other.archive.public_key, "x")
        damaged = foreign[:-9] + ("A" if foreign[-9] != "A" else "B") + foreign[-8:]
        checked = await shop.heads.check(OWNER, CheckHeadsRequest(heads=damaged))
        assert ([one.standing for one in checked.items], checked.ok) == (["not_ours"], False)
        for request, code in (
            (CheckHeadsRequest(), "heads.none_given"),
            (CheckHeadsRequest(heads="nonsense"), "heads.malformed"),
            (CheckHeadsRequest(typed="nonsense"), "heads.typed_wrong"),
        ):
            with pytest.raises(ServiceError) as caught:
                await shop.heads.check(OWNER, request)
            assert caught.value.code == code
        with pytest.raises(ServiceError) as caught:
            await shop.heads.cosignature(OWNER, CosignatureRequest(note=(await shop.heads.sign(OWNER)).note))
        assert (caught.value.code, caught.value.exit_code) == ("heads.unknown_witness", ExitCode.USAGE)
        with pytest.raises(ServiceError) as caught:
            await shop.proofs.existence(OWNER, ProveRequest(id="ledger:1", heads=damaged))
        assert caught.value.code == "proof.foreign_head"
        assert await shop.archive.witnesses.alarm() is None


async def test_a_mistyped_head_is_no_alarm(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.archive.ingest(ingest_of([sms(key) for key in range(40)]))
        head = await shop.heads.sign(OWNER)
        size, digits = str(head.size), head.root_sha256[:16]
        slip = ("0" if digits[5] != "0" else "1").join((digits[:5], digits[6:]))
        for typed, code in (
            (f"{size} {slip}", "heads.typed_unproved"),
            (f"{size}9 {digits}", "heads.typed_unproved"),
            (head.typed.replace(size, size + "9", 1), "heads.typed_mistaken"),
            (f"{size} {slip}{head.typed[-12:]}", "heads.typed_mistaken"),
            (head.typed[:-1] + ("0" if head.typed[-1] != "0" else "1"), "heads.typed_mistaken"),
        ):
            with pytest.raises(ServiceError) as caught:
                await shop.heads.check(OWNER, CheckHeadsRequest(typed=typed, witness="paper"))
            assert caught.value.code == code
            (entry,) = await shop.archive.audit_entries(limit=1)
            assert (entry.action, entry.outcome) == ("heads.check", "refused")
        assert await shop.archive.witnesses.all() == ()
        assert await shop.archive.witnesses.alarm() is None


@pytest.mark.parametrize(
    "text",
    ["", "12", "12 abc", "x 0123456789abcdef", "12 " + "0" * 65, "12 0123456789abcdeg", "12 0123456789abcdef + 0123",
     "12 0123456789abcdef +", "12 " + "0 " * 400],
)  # fmt: skip
def test_what_is_no_typed_head(text: str) -> None:
    assert typed_head(text) is None


def test_a_typed_head() -> None:
    typed = typed_head(" 1,234,567: A1B2-c3d4 e5f6 0718\n")
    assert typed is not None
    assert (typed.size, typed.root_digits, typed.check_digits) == (1_234_567, "a1b2c3d4e5f60718", "")
    printed = typed_head(spelled(7, "a1b2c3d4e5f60718ffff", "9abcdef0"))
    assert printed is not None
    assert (printed.size, printed.root_digits, printed.check_digits) == (7, "a1b2c3d4e5f60718", "9abcdef0")
