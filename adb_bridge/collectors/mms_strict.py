"""Parts and addresses of MMS where a vendor takes plain column names only."""

from collections.abc import Sequence

from ..content_query import ContentQuery, parse_ids, parse_numbers, read_rows
from ..rows import MmsAddress
from ..session import MIB, Session
from ..untrusted import Untrusted, UntrustedBytes
from .mms_details import MmsDetails
from .mms_rows import PARTS, STRICT_PARTS, MmsHead, PartHead, strict_addresses
from .strict import BadRow, StrictRow, read_strict

_ROWS_AT_ONCE = 100


class StrictMmsDetails(MmsDetails):
    """As `MmsDetails`, column by column. Texts come with the parts."""

    def __init__(self) -> None:
        self._texts: dict[int, UntrustedBytes | None] = {}

    async def list_parts(
        self, session: Session, heads: Sequence[MmsHead]
    ) -> tuple[list[PartHead], dict[int, tuple[MmsAddress, ...]]]:
        """See `MmsDetails`."""
        among = ",".join(str(head.provider_id) for head in heads)
        query = ContentQuery(uri=PARTS, projection=("_id", "mid"), where=f"mid IN ({among})", sort="_id ASC")
        pairs = parse_numbers(await read_rows(session, query, max_bytes=4 * MIB), query.projection, source=PARTS)
        owner = {row_id: message for row_id, message in pairs if row_id is not None and message is not None}
        ids = sorted(owner)
        parts: list[PartHead] = []
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            for row in await read_strict(session, STRICT_PARTS, ids[start : start + _ROWS_AT_ONCE]):
                parts.append(self._head(row, owner[row.row_id]))
        addresses = {head.provider_id: await self._addresses(session, head.provider_id) for head in heads}
        return sorted(parts, key=lambda part: (part.message_id, part.seq, part.part_id)), addresses

    async def texts(self, session: Session, parts: Sequence[PartHead]) -> dict[int, UntrustedBytes | None]:
        """See `MmsDetails`."""
        return self._texts

    def _head(self, row: StrictRow | BadRow, message_id: int) -> PartHead:
        if isinstance(row, BadRow):
            # Named, with neither text nor file: its content is the problem.
            return PartHead(
                part_id=row.row_id, message_id=message_id, seq=0, content_type=Untrusted(""), name=None,
                text_characters=None, is_file=False,
            )  # fmt: skip
        kind, location, file_name, name, _path, _text = row.texts
        path, text = row.raw[4], row.raw[5]
        if text is not None:
            self._texts[row.row_id] = UntrustedBytes(text)
        return PartHead(
            part_id=row.row_id,
            message_id=message_id,
            seq=row.numbers[1] or 0,
            content_type=kind or Untrusted(""),
            name=location or file_name or name or None,
            text_characters=None if text is None else len(text),
            is_file=path is not None,
        )

    async def _addresses(self, session: Session, message_id: int) -> tuple[MmsAddress, ...]:
        table = strict_addresses(message_id)
        query = ContentQuery(uri=table.uri, projection=("_id",), sort="_id ASC")
        ids = parse_ids(await read_rows(session, query), source=table.uri)
        rows = await read_strict(session, table, ids)
        return tuple(
            MmsAddress(address=row.texts[0] or Untrusted(""), kind=row.numbers[0] or 0)
            if isinstance(row, StrictRow)
            else MmsAddress(address=Untrusted(""), kind=0)
            for row in rows
        )
