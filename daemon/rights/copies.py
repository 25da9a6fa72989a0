"""A person's copy of what is kept about them: a bundle that is read without our software, with others' details masked.

A customer gets their conversations and the files in them. Where a text names somebody else's number or address, it is
masked, and only its place in the ledger is proven. An employee gets their phones' archive masked, as it is about
customers too, and who looked at it, whole.
"""

import secrets
from array import array
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from typing import Final

from policies.contacts import find_contacts

from ..archive.archive import Archive
from ..archive.identifiers import spell
from ..archive.requests import ArchivedRequest
from ..archive.subjects import CustomerSubject, EmployeeSubject
from ..bundles.archive_source import ArchiveLedger, ArchiveSource, SourceParts, open_source
from ..bundles.parts import (
    CORRECTION_KIND,
    BundleCorrection,
    BundleOrder,
    BundlePurpose,
    BundleRecord,
    BundleSource,
    Disclosure,
    ScopeLine,
)
from ..desk_parts import DeskParts
from ..peers import canonical_peer
from ..service import Caller
from .looks import looks_at_employee
from .sight import Form, Sight
from .subject import subject_of

_BUNDLE_PREFIX: Final = "eb_"
_PROVEN_WHOLE: Final = frozenset({("message", "sms"), ("call", "call_log"), ("call", "call_state")})
"""Kinds and sources whose committed content holds nothing about third persons beside the text."""
_ABOUT_CUSTOMERS: Final = frozenset(
    {"message", "call", "contact", "absence", "notification", "recording", CORRECTION_KIND}
)


def new_bundle_id() -> str:
    """`eb_…`."""
    return spell(_BUNDLE_PREFIX, secrets.token_bytes(16))


async def prepared_copy(
    parts: DeskParts, request: ArchivedRequest, caller: Caller, bundle_id: str
) -> tuple[BundleOrder, BundleSource]:
    """What to write. Raises what the archive raises."""
    config = parts.config
    texts = parts.texts[config.store.language]
    source_parts = SourceParts(
        archive=parts.archive,
        media=parts.media,
        guard=parts.guard.without_marks(),
        keys=parts.keys,
        texts=texts,
        sight=await parts.guard.sight(caller.role, texts, Form.PARTIAL),
    )
    subject = subject_of(request)
    indexes = await parts.archive.subjects.indexes(subject)
    source: EmployeeSource | CustomerSource
    match subject:
        case EmployeeSubject(name=name):
            source = await _of_employee(source_parts, indexes, name)
        case CustomerSubject(token=token):
            archived = await open_source(source_parts, array("q", indexes), Disclosure.FULL, media=parts.media)
            source = CustomerSource(archived, parts.archive, token, source_parts.sight)
    order = BundleOrder(
        bundle_id=bundle_id,
        purpose=BundlePurpose.ACCESS_REQUEST,
        store=config.store.name,
        case=request.request_id,
        reason=f"{request.kind.value}, {request.received_at.date().isoformat()}",
        requested_by=request.subject,
        approved_by=caller.name,
        made_at=parts.clock.now(),
        disclosure=Disclosure.FULL,
        scope=(ScopeLine(name_en="About", name_zh="本人", value=request.subject),),
        counted=len(source.indexes) - source.corrections,
    )
    return order, source


class CustomerSource:
    """A customer's records. See `BundleSource`."""

    def __init__(self, whole: ArchiveSource, archive: Archive, token: bytes, sight: Sight) -> None:
        self._whole = whole
        self._sight = sight
        self._archive = archive
        self._token = token

    @property
    def ledger(self) -> ArchiveLedger:
        """See `BundleSource`."""
        return self._whole.ledger

    @property
    def indexes(self) -> Sequence[int]:
        """See `BundleSource`."""
        return self._whole.indexes

    @property
    def corrections(self) -> int:
        """How many of them are corrections of others."""
        return len(self._whole.corrected)

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        """See `BundleSource`."""
        return [self._shown(record) for record in await self._whole.read(indexes)]

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        """See `BundleSource`."""
        return await self._whole.media(sha256)

    def _shown(self, record: BundleRecord) -> BundleRecord:
        section = replace(record.section, title=self._without_holder(record.section.title))
        shown = replace(record, employee=self._sight.name(record.employee) if record.employee else "", section=section)
        shown = replace(shown, corrections=tuple(self._correction(one) for one in record.corrections))
        is_about_others = self._names_others(record.body)
        if not is_about_others and (record.kind, record.source) in _PROVEN_WHOLE:
            return shown
        return replace(
            shown,
            opening=None,
            content=None,
            record_id=f"ledger:{record.ledger_index}",
            body=self._sight.starred(record.body) if is_about_others else record.body,
            attachments=tuple(
                replace(one, text=None if one.text is None else self._masked_bytes(one.text), name="")
                for one in record.attachments
            ),
        )

    def _correction(self, one: BundleCorrection) -> BundleCorrection:
        return replace(one, text=self._sight.starred(one.text)) if self._names_others(one.text) else one

    def _without_holder(self, title: str) -> str:
        """Titles name the peer and who had the phone."""
        peer, separator, holder = title.rpartition(" - ")
        return f"{peer} - {self._sight.name(holder)}" if separator else title

    def _masked_bytes(self, text: bytes) -> bytes:
        return self._sight.starred(text.decode("utf-8", "replace")).encode()

    def _names_others(self, text: str) -> bool:
        people = self._sight.people
        return any(not self._is_own(text[span.start : span.end]) for span in find_contacts(text)) or (
            people is not None and people.names_others(text, self._token)
        )

    def _is_own(self, detail: str) -> bool:
        peer = canonical_peer(detail)
        return peer is not None and self._archive.tokens.of_number(peer) == self._token


class EmployeeSource:
    """Events masked, what was done with them whole. See `BundleSource`."""

    def __init__(self, masked: ArchiveSource, whole: ArchiveSource) -> None:
        self._masked = masked
        self._whole = whole

    @property
    def ledger(self) -> ArchiveLedger:
        """See `BundleSource`."""
        return self._whole.ledger

    @property
    def indexes(self) -> Sequence[int]:
        """See `BundleSource`."""
        return self._whole.indexes

    @property
    def corrections(self) -> int:
        """How many of them are corrections of others."""
        return len(self._whole.corrected)

    async def read(self, indexes: Sequence[int]) -> Sequence[BundleRecord]:
        """See `BundleSource`."""
        masked = await self._masked.read(indexes)
        others = [record.ledger_index for record in masked if record.kind not in _ABOUT_CUSTOMERS]
        whole = {record.ledger_index: record for record in await self._whole.read(others)} if others else {}
        return [whole.get(record.ledger_index, record) for record in masked]

    async def media(self, sha256: str) -> AsyncIterator[bytes] | None:
        """None: files are about customers as well."""
        return None


async def _of_employee(parts: SourceParts, events: Sequence[int], name: str) -> EmployeeSource:
    indexes = array("q", sorted({*events, *await _oversight(parts.archive, name)}))
    whole = await open_source(parts, indexes, Disclosure.FULL, media=None)
    holders = await parts.archive.exports.holders()
    masked = ArchiveSource(parts, whole.ledger, indexes, Disclosure.MASKED, None, holders, whole.corrected)
    return EmployeeSource(masked, whole)


async def _oversight(archive: Archive, name: str) -> Collection[int]:
    """Their enrolments, and audit entries of those who surely looked."""
    enrolments = [one.ledger_index for one in await archive.enrolments() if one.employee == name]
    looks = [look.ledger_index for look in await looks_at_employee(archive, name) if look.is_certain]
    return {*enrolments, *looks}
