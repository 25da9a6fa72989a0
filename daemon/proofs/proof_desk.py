"""Behind `/v1/proofs`: a proof of one record, with its content only for who may open it and says why. Audit first."""

from typing import Final

from crypto.checkpoints import SignedHead, verify_head
from crypto.errors import IntegrityError
from crypto.notes import to_base64
from crypto.witnessing import read_notes

from ..api.exit_codes import ExitCode
from ..api.proofs import ProofDocument, ProveRequest
from ..archive.archive import Archive
from ..archive.drafts import EventFilter
from ..archive.head_history import HeadStanding
from ..archive.ledger_kinds import KINDS_OF_ENTRY
from ..archive.proving import Disclosing, Entry, Evidence
from ..audit import MAX_REASON, AuditTrail
from ..events import EventId
from ..rights.guard import PrivacyGuard
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .proof_check import Trust, check_proof, read_content
from .proof_fields import fields_of
from .proof_file import Disclosure, ProofFile, WitnessedHead, encode_proof, texts_of
from .proof_problems import ProofError

MOST_CONNECTED: Final = 50
"""Earlier heads in a proof: those from outside that were asked for, then the newest that left the shop."""


class ProofDesk:
    """One per daemon."""

    def __init__(self, *, archive: Archive, audit: AuditTrail, guard: PrivacyGuard) -> None:
        self._archive = archive
        self._audit = audit
        self._guard = guard

    async def existence(self, caller: Caller, request: ProveRequest) -> ProofDocument:
        """That a record with this commitment is there; tells nothing of what it says."""
        require(caller, Permission.PROVE)
        with refusing():
            entry = await self._entry(request.id)
            await self._audit.write(caller, "proof.make", _target(request, entry))
            return await self._document(entry, Disclosing.NOTHING, request)

    async def revealed(self, caller: Caller, request: ProveRequest, reason: str) -> ProofDocument:
        """With the content. `reveal.reason_missing` without a reason, `rights.withheld` for what is marked private."""
        require(caller, Permission.EVENTS_REVEAL)
        require(caller, Permission.PROVE)
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        with refusing():
            entry = await self._entry(request.id)
            event_id = await self._archive.proofs.event_of(entry)
            target = _target(request, entry)
            if event_id is not None:
                await self._refuse_private(event_id)
                target = target if event_id in target else f"{target} {event_id}"
            await self._audit.write(caller, "proof.reveal", target, reason=reason.strip()[:MAX_REASON])
            return await self._document(entry, Disclosing.CONTENT, request)

    async def _refuse_private(self, event_id: EventId) -> None:
        found = await self._archive.events(EventFilter(event_ids=(event_id,)))
        if any(self._guard.is_private(one.event) for one in found):
            raise unusable("rights.withheld", http_status=403)

    async def _entry(self, identifier: str) -> Entry:
        entry = await self._archive.proofs.entry(identifier)
        if entry is None:
            raise not_found("record")
        return entry

    async def _document(self, entry: Entry, disclosing: Disclosing, request: ProveRequest) -> ProofDocument:
        if disclosing is Disclosing.CONTENT and entry.is_old:
            raise unusable("proof.old_record", http_status=409)
        if disclosing is Disclosing.CONTENT and entry.deleted_by is not None:
            raise ServiceError("proof.deleted", http_status=410, exit_code=ExitCode.NOT_FOUND, index=entry.deleted_by)
        await self._cover(entry)
        earlier = await self._earlier(request)
        try:
            evidence = await self._archive.proofs.evidence(entry.ledger_index, disclosing, earlier)
            if evidence is None:
                raise _damaged()
            proof = proof_of(evidence, self._archive.public_key)
            check_proof(proof, Trust(public_key=self._archive.public_key))
        except (IntegrityError, ProofError):
            raise _damaged() from None
        return ProofDocument(
            ledger_index=entry.ledger_index,
            kind=KINDS_OF_ENTRY[entry.kind].name,
            deleted_by=entry.deleted_by,
            head_size=evidence.signed.size,
            proof=encode_proof(proof).decode("utf-8"),
        )

    async def _cover(self, entry: Entry) -> None:
        """Sign a head when the record is newer than the last one."""
        newest = await self._archive.witnesses.newest_head()
        if newest is None or newest.size < entry.ledger_index:
            await self._archive.witnesses.sign_head()

    async def _earlier(self, request: ProveRequest) -> tuple[SignedHead, ...]:
        """Heads that the proof shall continue. `proof.other_history` when one that was given is not of this ledger."""
        try:
            given = read_notes(request.heads)
            for head in given:
                verify_head(head.note, self._archive.public_key)
        except IntegrityError:
            raise unusable("proof.foreign_head") from None
        standings = await self._archive.witnesses.standing_of(tuple(one.head for one in given))
        if any(standing is not HeadStanding.CONTINUED for standing in standings):
            raise ServiceError("proof.other_history", http_status=409, exit_code=ExitCode.INTEGRITY)
        known = [one.signed for one in await self._archive.witnesses.all() if one.outcome is HeadStanding.CONTINUED]
        notes = {one.note: one for one in (*given, *(head for head in known if head is not None))}
        return tuple(sorted(list(notes.values())[:MOST_CONNECTED], key=lambda one: one.size))


def proof_of(evidence: Evidence, public_key: str) -> ProofFile:
    """The file of what the archive found."""
    record = None
    if evidence.opening is not None and evidence.content is not None:
        record = Disclosure(
            opening=to_base64(evidence.opening),
            content=to_base64(evidence.content),
            fields=fields_of(*read_content(evidence.content)),
        )
    return ProofFile(
        ledger_index=evidence.entry.ledger_index,
        commitment=to_base64(evidence.entry.commitment),
        record=record,
        path=texts_of(evidence.path),
        head=evidence.signed.note,
        public_key=public_key,
        witnessed=tuple(WitnessedHead(head=one.signed.note, path=texts_of(one.path)) for one in evidence.earlier),
    )


def _target(request: ProveRequest, entry: Entry) -> str:
    name = f"ledger:{entry.ledger_index}"
    return name if request.id == name else f"{request.id} {name}"


def _damaged() -> ServiceError:
    return ServiceError("proof.damaged", http_status=500, exit_code=ExitCode.INTEGRITY)
