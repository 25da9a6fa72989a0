"""Whole MMS: a few heads, their parts and addresses in few commands, their files into sealed blobs."""

from collections.abc import AsyncIterator, Sequence

from ..content_batch import read_many
from ..content_query import read_rows
from ..errors import BridgeErrorCode, ShellCommandError
from ..records import UnreadableRow
from ..rows import BlobRef, MmsAddress, MmsPart, MmsRow
from ..session import MIB, Session
from ..untrusted import UntrustedBytes
from .base import LARGEST_ROW_BYTES, Holdings
from .mms_files import fetch_file
from .mms_rows import (
    PARTS,
    URI,
    MmsHead,
    PartHead,
    address_query,
    parse_addresses,
    parse_parts,
    parse_texts,
    part_query,
    text_query,
)

AT_ONCE = 8
"""Messages a command: each costs the phone a Java VM for its addresses."""
ANNOUNCED = 130
"""`m_type` of a message that was not downloaded yet: it has no parts."""
_MOST_PARTS = 500
_TEXTS_AT_ONCE_BYTES = 3 * MIB
_HEX_OF_A_CHARACTER = 8
_TIMEOUT_S = 60.0


class MmsDetails:
    """Reads parts and addresses by expressions that no text can forge."""

    async def list_parts(
        self, session: Session, heads: Sequence[MmsHead]
    ) -> tuple[list[PartHead], dict[int, tuple[MmsAddress, ...]]]:
        """Parts and addresses of at most `AT_ONCE` messages. Raises as `read_rows`."""
        ids = [head.provider_id for head in heads]
        queries = [part_query(PARTS, ids), *(address_query(one) for one in ids)]
        first, *rest = await read_many(session, queries, timeout_s=_TIMEOUT_S)
        parts = parse_parts(first)
        addresses = {row_id: parse_addresses(answer) for row_id, answer in zip(ids, rest, strict=True)}
        found = {part.message_id for part in parts}
        bare = [head.provider_id for head in heads if head.provider_id not in found and head.message_type != ANNOUNCED]
        # A vendor may know the parts of one message only.
        queries = [part_query(f"{URI}/{one}/part", [one]) for one in bare]
        for answer in await read_many(session, queries, timeout_s=_TIMEOUT_S):
            parts += parse_parts(answer)
        return parts, addresses

    async def texts(self, session: Session, parts: Sequence[PartHead]) -> dict[int, UntrustedBytes | None]:
        """Texts of parts; one that is too large for the phone or for us is left out. Raises as `read_rows`."""
        texts: dict[int, UntrustedBytes | None] = {}
        for group in _text_groups(parts):
            size = sum(part.text_characters or 0 for part in group) * _HEX_OF_A_CHARACTER
            query = text_query([part.part_id for part in group])
            try:
                answer = await read_rows(session, query, timeout_s=_TIMEOUT_S, max_bytes=size + MIB)
            except ShellCommandError as error:
                if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE or len(group) > 1:
                    raise
                continue
            texts |= parse_texts(answer)
        return texts


async def read_messages(
    session: Session, known: Holdings, details: MmsDetails, heads: Sequence[MmsHead]
) -> AsyncIterator[tuple[MmsRow | UnreadableRow, bool]]:
    """The messages whole, and of each whether it should be read once more (its parts were not there yet).

    Raises:
        BlobRefusedError: the store takes nothing now.
        As `Collector.collect`.
    """
    for start in range(0, len(heads), AT_ONCE):
        async for read in _read_group(session, known, details, heads[start : start + AT_ONCE]):
            yield read


async def _read_group(
    session: Session, known: Holdings, details: MmsDetails, heads: Sequence[MmsHead]
) -> AsyncIterator[tuple[MmsRow | UnreadableRow, bool]]:
    try:
        parts, addresses = await details.list_parts(session, heads)
    except ShellCommandError as error:
        if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
            raise
        if len(heads) == 1:
            yield _too_large(heads[0]), False
            return
        middle = len(heads) // 2
        for half in (heads[:middle], heads[middle:]):
            async for read in _read_group(session, known, details, half):
                yield read
        return
    texts = await details.texts(session, parts)
    for head in heads:
        own = [part for part in parts if part.message_id == head.provider_id]
        if len(own) > _MOST_PARTS or len(addresses[head.provider_id]) > _MOST_PARTS:
            yield _too_large(head), False
            continue
        whole = [await _part(session, known, head, part, texts) for part in own]
        yield _message(head, addresses[head.provider_id], whole), not own and head.message_type != ANNOUNCED


async def _part(
    session: Session, known: Holdings, head: MmsHead, part: PartHead, texts: dict[int, UntrustedBytes | None]
) -> MmsPart:
    text: UntrustedBytes | None = None
    blob: BlobRef | None = None
    problem: str | None = None
    if part.text_characters is not None and (part.text_characters or not part.is_file):
        text = texts.get(part.part_id)
        if part.part_id not in texts or (text is not None and len(text) > LARGEST_ROW_BYTES):
            text, problem = None, "too_large"
    elif part.is_file:
        name = f"{head.provider_id}/{part.part_id}/{head.date_s}/{head.size_bytes or 0}"
        fetched = await fetch_file(session, known, part.part_id, name)
        blob, problem = (fetched, None) if isinstance(fetched, BlobRef) else (None, fetched)
    else:
        problem = "unreadable"
    return MmsPart(
        part_id=part.part_id,
        content_type=part.content_type,
        name=part.name,
        text=text,
        blob=blob,
        problem=problem,
    )


def _message(head: MmsHead, addresses: tuple[MmsAddress, ...], parts: Sequence[MmsPart]) -> MmsRow:
    return MmsRow(
        provider_id=head.provider_id,
        date_s=head.date_s,
        date_sent_s=head.date_sent_s,
        box=head.box,
        message_type=head.message_type,
        subject=head.subject,
        subject_charset=head.subject_charset,
        thread_id=head.thread_id,
        read=head.read,
        sub_id=head.sub_id,
        addresses=addresses,
        parts=tuple(parts),
    )


def _too_large(head: MmsHead) -> UnreadableRow:
    return UnreadableRow(provider_id=head.provider_id, reason="too_large", size_bytes=head.size_bytes or 0)


def _text_groups(parts: Sequence[PartHead]) -> list[list[PartHead]]:
    """Parts with texts, as many at once as answer in a few MiB; those beyond the limit of a row are left out."""
    groups: list[list[PartHead]] = []
    size = 0
    for part in parts:
        if part.text_characters is None or part.text_characters > LARGEST_ROW_BYTES:
            continue
        cost = part.text_characters * _HEX_OF_A_CHARACTER
        if not groups or size + cost > _TEXTS_AT_ONCE_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(part)
        size += cost
    return groups
