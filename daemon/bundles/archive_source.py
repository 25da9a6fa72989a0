"""Records of the archive as a bundle's source: events masked or whole, other ledgered records field by field."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from crypto.checkpoints import HeadSigner, SignedHead
from crypto.errors import CryptoErrorCode, IntegrityError, StorageError
from crypto.keys import Purpose
from crypto.vault_keys import VaultKeys

from ..api.texts import Texts
from ..archive.archive import Archive
from ..archive.codes import to_micros
from ..archive.evidence import Opened
from ..archive.export_scope import Holder
from ..archive.ledger_kinds import KINDS_OF_ENTRY, LedgerKind
from ..archive.privacy import Correction
from ..archive.records import ArchivedEvent
from ..attachments import Attachment, attachments_of, text_bytes_of
from ..event_text import masked_body, masked_file_name, masked_peer, revealed_body
from ..media_store import MediaStore
from ..proofs.proof_check import read_content
from ..proofs.proof_fields import fields_of
from ..rights.guard import PrivacyGuard
from ..rights.sight import Sight
from .errors import BundleMediaError
from .parts import BundleAttachment, BundleCorrection, BundleRecord, Disclosure, Section
from .passes import chunks_of

_TIMES: Final = (
    "at", "occurred_at", "asked_at", "raised_at", "requested_at", "enrolled_at", "recorded_at", "read_at", "decided_at",
)  # fmt: skip
_CORRECTIONS_AT_ONCE: Final = 5_000
_UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceParts:
    """What records are read with."""

    archive: Archive
    media: MediaStore
    guard: PrivacyGuard
    keys: VaultKeys
    texts: Texts
    """In whose language calls and findings are told."""
    sight: Sight
    """How much whoever gets a masked bundle sees."""


class ArchiveLedger:
    """The ledger under a head that was signed for the bundle."""

    def __init__(self, archive: Archive, keys: VaultKeys, signed: SignedHead) -> None:
        self._archive = archive
        self._signed = signed
        self._signer = HeadSigner.from_seed(keys.derive(Purpose.LEDGER_SEED))

    @property
    def head(self) -> str:
        """See `BundleLedger`."""
        return self._signed.note

    @property
    def public_key(self) -> str:
        """See `BundleLedger`."""
        return self._archive.public_key

    def sign(self, text: str) -> str:
        """See `BundleLedger`."""
        return self._signer.sign_text(self._signed.origin, text)

    async def nodes(self, wanted: Sequence[tuple[int, int]]) -> Sequence[bytes]:
        """See `BundleLedger`."""
        return await self._archive.evidence.nodes(self._signed.head, wanted)


class ArchiveSource:
    """See `BundleSource`. Made by `open_source`."""

    def __init__(
        self,
        parts: SourceParts,
        ledger: ArchiveLedger,
        indexes: Sequence[int],
        disclosure: Disclosure,
        media: MediaStore | None,
        holders: Sequence[Holder],
        corrected: Mapping[int, int],
    ) -> None:
        """`corrected`: ledger index of each correction among `indexes` to that of its event."""
        self.corrected = corrected
        self._parts = parts
        self._ledger = ledger
        self._indexes = indexes
        self._disclosure = disclosure
        self._media = media
        self._holders: dict[str, list[Holder]] = {}
        for holder in holders:
            self._holders.setdefault(holder.device, []).append(holder)

    @property
    def ledger(self) -> ArchiveLedger:
        """See `BundleSource`."""
        return self._ledger

    @property
    def indexes(self) -> Sequence[int]:
        """See `BundleSource`."""
        return self._indexes

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        """See `BundleSource`."""
        opened = await self._parts.archive.evidence.opened(indexes)
        events = await self._parts.archive.evidence.events(
            [index for index, one in opened.items() if one.kind is LedgerKind.EVENT]
        )
        of_corrections = await self._parts.archive.evidence.events(
            [self.corrected[index] for index in indexes if index in self.corrected]
        )
        notes = await self._parts.archive.privacy.corrections(events)
        found: list[BundleRecord] = []
        for index in indexes:
            entry, event = opened.get(index), events.get(index)
            if entry is None:
                continue
            if event is not None:
                found.append(self._event(entry, event, notes.get(index, ())))
            elif index in self.corrected:
                found.append(self._correction(entry, of_corrections.get(self.corrected[index])))
            elif entry.kind is not LedgerKind.EVENT:
                found.append(self._entry(entry))
            await asyncio.sleep(0)
        return found

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        """See `BundleSource`."""
        if self._media is None:
            return None
        try:
            is_there = await self._media.has(sha256)
        except (IntegrityError, StorageError):
            return None
        return _pieces(self._media, sha256) if is_there else None

    def _event(self, entry: Opened, archived: ArchivedEvent, notes: Sequence[Correction]) -> BundleRecord:
        is_private = self._parts.guard.is_private(archived.event)
        shown = self._parts.guard.shown(archived)
        event, texts, sight = shown.event, self._parts.texts, self._parts.sight
        is_full = self._disclosure is Disclosure.FULL and not is_private
        peer = event.peer or "" if is_full else masked_peer(event, sight)
        body = revealed_body(event, texts) if is_full else masked_body(event, sight).text
        if is_full and event.text and event.kind.value in {"message", "notification"}:
            body = event.text
        employee = self._employee(event.device, event.received_at)
        has_opening = is_full and entry.opening is not None
        return BundleRecord(
            ledger_index=entry.ledger_index,
            commitment=entry.commitment,
            opening=entry.opening if has_opening else None,
            content=entry.content if has_opening else None,
            section=_section(shown, peer, employee),
            kind=event.kind.value,
            # the id of an event that an earlier version archived is a hash of its content: it would confirm guesses
            record_id=event.event_id if is_full else f"ledger:{entry.ledger_index}",
            occurred_at=event.occurred_at,
            received_at=event.received_at,
            device=event.device,
            employee=employee,
            source=event.source.value,
            direction=event.direction.value,
            peer=peer,
            body=body,
            absent_since=shown.absent_since,
            attachments=tuple(self._attachment(shown, one, is_full=is_full) for one in attachments_of(event)),
            corrections=tuple(
                BundleCorrection(
                    ledger_index=one.ledger_index,
                    at=one.at,
                    text=self._correction_text(one.text, is_private=is_private),
                )
                for one in notes
                if one.ledger_index in self.corrected
            ),
        )

    def _correction(self, entry: Opened, of: ArchivedEvent | None) -> BundleRecord:
        """As much of it as of the record that it is about."""
        is_private = of is None or self._parts.guard.is_private(of.event)
        record = self._entry(entry)
        fields = fields_of(*read_content(entry.content))
        return replace(
            record,
            opening=None if is_private else record.opening,
            content=None if is_private else record.content,
            body=self._correction_text(str(fields.get("text") or ""), is_private=is_private),
        )

    def _correction_text(self, text: str, *, is_private: bool) -> str:
        if is_private:
            return ""
        return text if self._disclosure is Disclosure.FULL else self._parts.sight.line(text)

    def _attachment(self, archived: ArchivedEvent, one: Attachment, *, is_full: bool) -> BundleAttachment:
        event = archived.event
        if not is_full:
            return BundleAttachment(
                content_type=one.content_type,
                sha256=None,
                size_bytes=one.size_bytes,
                name=masked_file_name(one.name or "", event.kind, self._parts.sight),
                problem="masked",
            )
        return BundleAttachment(
            content_type=one.content_type,
            sha256=one.sha256,
            size_bytes=one.size_bytes,
            name=one.name or "",
            text=None if one.is_sealed else text_bytes_of(event, one),
            problem=one.problem,
        )

    def _entry(self, entry: Opened) -> BundleRecord:
        """What is no event: whole in a whole bundle, only its place in a masked one."""
        name = KINDS_OF_ENTRY[entry.kind].name.partition("/")[0]
        fields = fields_of(*read_content(entry.content))
        moments = [_moment(fields[key]) for key in _TIMES if key in fields]
        at = next((moment for moment in moments if moment is not None), _UNKNOWN)
        is_full = self._disclosure is Disclosure.FULL
        has_opening = is_full and entry.opening is not None
        lines = [f"{key}: {value}" for key, value in fields.items() if value is not None]
        return BundleRecord(
            ledger_index=entry.ledger_index,
            commitment=entry.commitment,
            opening=entry.opening if has_opening else None,
            content=entry.content if has_opening else None,
            section=Section(key=f"kind:{name}", title=name),
            kind=name,
            record_id=f"ledger:{entry.ledger_index}",
            occurred_at=at,
            received_at=at,
            device=str(fields.get("device") or "") if is_full else "",
            employee="",
            source="",
            direction="none",
            peer="",
            body="\n".join(lines) if is_full else "",
        )

    def _employee(self, device: str, at: datetime) -> str:
        at_us = to_micros(at)
        for holder in reversed(self._holders.get(device, [])):
            if holder.since_us <= at_us and (holder.until_us is None or at_us <= holder.until_us):
                return holder.employee
        return ""


async def open_source(
    parts: SourceParts, indexes: Sequence[int], disclosure: Disclosure, *, media: MediaStore | None
) -> ArchiveSource:
    """Signs a head over the ledger as it is; corrections of these records come with them.

    `media`: where files are read; None leaves them out.

    Raises what the archive raises; IntegrityError when the ledger has no head.
    """
    signed = await parts.archive.witnesses.sign_head()
    if signed is None:
        raise IntegrityError(CryptoErrorCode.LEDGER_DAMAGED, "no head")
    holders = await parts.archive.exports.holders()
    ledger = ArchiveLedger(parts.archive, parts.keys, signed)
    corrected = await _corrections_of(parts.archive, indexes, signed.size)
    whole = array("q", sorted({*indexes, *corrected})) if corrected else indexes
    return ArchiveSource(parts, ledger, whole, disclosure, media, holders, corrected)


async def _corrections_of(archive: Archive, indexes: Sequence[int], size: int) -> dict[int, int]:
    """Ledger index of each correction of these events, up to a ledger of `size` entries, to that of its event."""
    found: dict[int, int] = {}
    for wanted in chunks_of(indexes, _CORRECTIONS_AT_ONCE):
        for event_index, notes in (await archive.privacy.corrections(wanted)).items():
            found.update({one.ledger_index: event_index for one in notes if one.ledger_index <= size})
    return found


def _section(archived: ArchivedEvent, peer: str, employee: str) -> Section:
    event = archived.event
    holder = employee or event.device
    if archived.conversation and peer:
        return Section(key=archived.conversation, title=f"{peer} - {holder}")
    return Section(key=f"{event.device}:{event.kind.value}", title=f"{event.kind.value} - {holder}")


async def _pieces(media: MediaStore, sha256: str) -> AsyncIterator[bytes]:
    try:
        async for piece in media.read(sha256):
            yield piece
    except (IntegrityError, StorageError):
        raise BundleMediaError from None


def _moment(value: None | int | str) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return None
    return moment if moment.tzinfo is not None else None
