"""Behind `/v1/heads`: the ledger's signed heads, where they are outside, and whether those that come back fit."""

from typing import Final

from crypto.checkpoints import Head, SignedHead, verify_head
from crypto.cosignatures import Cosigned, verify_cosignature
from crypto.errors import IntegrityError
from crypto.notes import fingerprint, split_note
from crypto.witnessing import WitnessRequest, read_notes

from ..api.exit_codes import ExitCode
from ..api.proofs import (
    CheckedHead,
    CheckHeadsRequest,
    CosignatureRequest,
    CosignDocument,
    CosignRequest,
    HeadInfo,
    HeadsChecked,
    HeadsReport,
    WitnessedRequest,
    WitnessRecord,
)
from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.head_history import HeadStanding
from ..archive.witnessings import WitnessDraft, Witnessing, WitnessWay
from ..audit import AuditTrail
from ..bus import Bus, HealthChanged
from ..config import Config
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .typed_heads import TypedHeadError, spelled, standing_of_typed, typed_head

_WAYS: Final = {way.name.lower(): way for way in WitnessWay}
NOT_OURS: Final = "not_ours"
_MOST_HEADS: Final = 1_000


class HeadsDesk:
    """One per daemon."""

    def __init__(
        self, *, archive: Archive, audit: AuditTrail, bus: Bus, config: Config, texts: dict[str, Texts]
    ) -> None:
        self._archive = archive
        self._audit = audit
        self._bus = bus
        self._config = config
        self._texts = texts

    async def report(self, caller: Caller) -> HeadsReport:
        """The newest head and what is outside."""
        require(caller, Permission.HEADS_READ)
        with refusing():
            newest = await self._archive.witnesses.newest_head()
            return HeadsReport(
                store=self._config.store.name,
                ledger=self._archive.public_key.partition("+")[0],
                public_key=self._archive.public_key,
                fingerprint=fingerprint(self._archive.public_key),
                newest=None if newest is None else await self._info(newest),
                outside=tuple(map(_record, await self._archive.witnesses.all())),
            )

    async def sign(self, caller: Caller) -> HeadInfo:
        """The ledger as it is now; the audit entry of this call is in it."""
        require(caller, Permission.HEADS_WITNESS)
        with refusing():
            await self._audit.write(caller, "heads.sign", "-")
            signed = await self._archive.witnesses.sign_head()
            if signed is None:
                raise not_found("head")
            return await self._info(signed)

    async def check(self, caller: Caller, request: CheckHeadsRequest) -> HeadsChecked:
        """Compare; what does not fit is ledgered once and shown by health from then on."""
        require(caller, Permission.HEADS_WITNESS)
        with refusing():
            items: list[CheckedHead] = []
            for signed in self._notes(request.heads):
                items.append(await self._checked(caller, signed, request.witness))
            if request.typed.strip():
                items.append(await self._checked_typed(caller, request))
            if not items:
                raise unusable("heads.none_given")
            is_fine = all(item.standing == HeadStanding.CONTINUED.value for item in items)
            worst = next((item for item in items if item.standing != HeadStanding.CONTINUED.value), items[0])
            await self._audit.write(
                caller,
                "heads.check",
                f"{request.witness} count={len(items)}",
                outcome="ok" if is_fine else worst.standing,
            )
            text = self._texts[caller.language].get(f"heads.standing.{worst.standing}", size=worst.size)
            return HeadsChecked(items=tuple(items), ok=is_fine, text=text)

    async def witnessed(self, caller: Caller, request: WitnessedRequest) -> WitnessRecord:
        """A head of ours is outside now."""
        require(caller, Permission.HEADS_WITNESS)
        with refusing():
            newest = await self._archive.witnesses.newest_head()
            if newest is None or newest.size < request.size:
                raise not_found("head")
            signed = newest if newest.size == request.size else await self._archive.witnesses.head_of(request.size)
            if signed is None:
                raise not_found("head")
            return await self._keep(caller, _WAYS[request.way], request.witness, signed)

    async def cosign_request(self, caller: Caller, request: CosignRequest) -> CosignDocument:
        """For a witness, from the head that it signed last."""
        require(caller, Permission.HEADS_WITNESS)
        with refusing():
            last = await self._last_cosigned(request)
            await self._audit.write(caller, "heads.request", "-" if last is None else f"head:{last.size}")
            if last is not None:
                await self._require_continued(caller, last, "witness")
            signed = await self._archive.witnesses.sign_head()
            if signed is None:
                raise not_found("head")
            path = () if last is None else await self._archive.witnesses.path_from(last.size, signed.size)
            asked = WitnessRequest(old_size=0 if last is None else last.size, proof=path, signed=signed)
            return CosignDocument(old_size=asked.old_size, size=signed.size, request=asked.to_text())

    async def cosignature(self, caller: Caller, request: CosignatureRequest) -> WitnessRecord:
        """The witness's answer: kept when the head is ours, fits, and is signed by a witness of the configuration."""
        require(caller, Permission.HEADS_WITNESS)
        with refusing():
            notes = self._notes(request.note)
            if len(notes) != 1:
                raise unusable("heads.none_given")
            cosigned = self._cosigned(notes[0])
            await self._require_continued(caller, notes[0], cosigned.witness)
            return await self._keep(caller, WitnessWay.COSIGNATURE, cosigned.witness, notes[0], cosigned)

    def _notes(self, text: str) -> tuple[SignedHead, ...]:
        try:
            heads = read_notes(text)
        except IntegrityError:
            raise unusable("heads.malformed") from None
        if len(heads) > _MOST_HEADS:
            raise unusable("heads.too_many")
        return heads

    def _is_ours(self, signed: SignedHead) -> bool:
        try:
            verify_head(signed.note, self._archive.public_key)
        except IntegrityError:
            return False
        return True

    def _cosigned(self, signed: SignedHead) -> Cosigned:
        for key in self._config.ledger.witnesses:
            try:
                return verify_cosignature(signed.note, key)
            except IntegrityError:
                if _is_signed_as(signed.note, key):
                    code = "heads.bad_cosignature"
                    raise ServiceError(code, http_status=409, exit_code=ExitCode.INTEGRITY) from None
        raise unusable("heads.unknown_witness", http_status=409)

    async def _checked(self, caller: Caller, signed: SignedHead, witness: str) -> CheckedHead:
        standing = NOT_OURS
        if self._is_ours(signed):
            (found,) = await self._archive.witnesses.standing_of((signed.head,))
            standing = found.value
            if found is not HeadStanding.CONTINUED:
                await self._alarm(caller, witness, signed.head, found, signed.note)
        return CheckedHead(size=signed.size, root_sha256=signed.root.hex(), standing=standing)

    async def _checked_typed(self, caller: Caller, request: CheckHeadsRequest) -> CheckedHead:
        typed = typed_head(request.typed)
        if typed is None:
            raise unusable("heads.typed_wrong")
        try:
            standing = await standing_of_typed(self._archive, typed)
        except TypedHeadError as error:
            await self._audit.write(caller, "heads.check", f"{request.witness} typed", outcome="refused")
            raise unusable(error.code, http_status=409) from None
        if standing is not HeadStanding.CONTINUED:
            head = Head(origin="", size=typed.size, root=bytes.fromhex(typed.root_digits))
            await self._alarm(caller, request.witness, head, standing, None)
        return CheckedHead(size=typed.size, root_sha256=typed.root_digits, standing=standing.value)

    async def _require_continued(self, caller: Caller, signed: SignedHead, witness: str) -> None:
        checked = await self._checked(caller, signed, witness)
        if checked.standing != HeadStanding.CONTINUED.value:
            raise ServiceError(
                f"heads.{checked.standing}", http_status=409, exit_code=ExitCode.INTEGRITY, size=checked.size
            )

    async def _last_cosigned(self, request: CosignRequest) -> SignedHead | None:
        if request.last:
            notes = self._notes(request.last)
            if len(notes) != 1:
                raise unusable("heads.none_given")
            return notes[0]
        if request.witness == "new":
            return None
        for one in await self._archive.witnesses.all():
            if one.way is WitnessWay.COSIGNATURE and one.outcome is HeadStanding.CONTINUED:
                return one.signed
        return None

    async def _alarm(self, caller: Caller, witness: str, head: Head, standing: HeadStanding, note: str | None) -> None:
        """Once for each head: comparing it again adds nothing."""
        for known in await self._archive.witnesses.all():
            if (known.size, known.root, known.outcome) == (head.size, head.root, standing):
                return
        await self._archive.witnesses.add(
            WitnessDraft(
                way=WitnessWay.SHOWN,
                witness=witness,
                witness_at=None,
                head=head,
                outcome=standing,
                actor=caller.name,
                note=note,
            )
        )
        self._bus.publish(HealthChanged())

    async def _keep(
        self, caller: Caller, way: WitnessWay, witness: str, signed: SignedHead, cosigned: Cosigned | None = None
    ) -> WitnessRecord:
        draft = WitnessDraft(
            way=way,
            witness=witness,
            witness_at=None if cosigned is None else cosigned.at,
            head=signed.head,
            outcome=HeadStanding.CONTINUED,
            actor=caller.name,
            note=signed.note,
        )
        kept = await self._archive.witnesses.add(draft)
        self._bus.publish(HealthChanged())
        return _record(kept)

    async def _info(self, signed: SignedHead) -> HeadInfo:
        at = await self._archive.witnesses.signed_at(signed.size)
        root = signed.root.hex()
        typed = spelled(signed.size, root, self._archive.witnesses.check_digits(signed.size, root))
        return HeadInfo(size=signed.size, root_sha256=root, typed=typed, signed_at=at, note=signed.note)


def _is_signed_as(note: str, public_key: str) -> bool:
    """Whether a line under the note says that it is of this key, right or wrong."""
    name, _, rest = public_key.partition("+")
    _, lines = split_note(note)
    return any((who, line[:4].hex()) == (name, rest[:8]) for who, line in lines)


def _record(kept: Witnessing) -> WitnessRecord:
    return WitnessRecord(
        ledger_index=kept.ledger_index,
        at=kept.at,
        way=kept.way.name.lower(),
        witness=kept.witness,
        witness_at=kept.witness_at,
        size=kept.size,
        root_sha256=kept.root.hex(),
        outcome=kept.outcome.value,
        actor=kept.actor,
    )
