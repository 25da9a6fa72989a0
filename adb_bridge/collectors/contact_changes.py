"""What changed in the address book: by time, by the phone's list of deletions, by versions.

Sources (AOSP ContactsProvider, 9-15): `contacts.contact_last_updated_timestamp` (API 18+), `deleted_contacts` (kept 30
days), `raw_contacts.version`, which every change of a raw contact raises whatever the clock says. All whole numbers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from ..content_query import ContentQuery, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..session import MIB, Session
from .census import Limiting
from .contact_rows import CHANGED, CONTACTS

_RAW = "content://com.android.contacts/raw_contacts"
_DELETED = "content://com.android.contacts/deleted_contacts"
_DELETED_AT = "contact_deleted_timestamp"
_LARGEST_ANSWER = 4 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedPage:
    """Contacts with their time of change, oldest first."""

    entries: dict[int, int]
    is_full: bool
    """True when there may be more."""


async def changed_since(session: Session, since_ms: int, *, rows: int, limiting: Limiting) -> ChangedPage:
    """Contacts changed at or after a time, Unix ms by the phone's clock. 0 gives those without a time too.

    Raises:
        As `read_rows`.
    """
    where = f"{CHANGED}>={since_ms}"
    is_limited = limiting is Limiting.PARAMETER
    query = ContentQuery(
        uri=f"{CONTACTS}?limit={rows}" if is_limited else CONTACTS,
        projection=("_id", CHANGED),
        # A contact without a time of change belongs to the beginning.
        where=where if since_ms else f"({where} OR {CHANGED} IS NULL)",
        sort=f"{CHANGED} ASC, _id ASC",
    )
    answer = await read_rows(session, query, max_bytes=_LARGEST_ANSWER)
    found = parse_numbers(answer, query.projection, source=CONTACTS)
    entries = {row_id: at_ms or 0 for row_id, at_ms in found if row_id is not None}
    return ChangedPage(entries=entries, is_full=is_limited and len(found) == rows)


async def deleted_since(session: Session, since_ms: int) -> dict[int, int]:
    """Contacts that the phone says it deleted at or after a time, with that time; nothing where it keeps no list.

    Raises:
        As `read_rows`.
    """
    query = ContentQuery(
        uri=_DELETED,
        projection=("contact_id", _DELETED_AT),
        where=f"{_DELETED_AT}>={since_ms}",
        sort=f"{_DELETED_AT} ASC",
    )
    try:
        answer = await read_rows(session, query, max_bytes=_LARGEST_ANSWER)
    except ShellCommandError as error:
        if error.code is not BridgeErrorCode.SHELL_FAILED:
            raise
        return {}
    rows = parse_numbers(answer, query.projection, source=_DELETED)
    return {row_id: at_ms or 0 for row_id, at_ms in rows if row_id is not None}


async def versions_between(session: Session, low: int, high: int) -> Mapping[int, str] | None:
    """For each contact with `low` <= id <= `high` a text that changes with every change of it, whatever the clock.

    None where the phone does not tell versions.

    Raises:
        As `read_rows`.
    """
    query = ContentQuery(
        uri=_RAW,
        projection=("_id", "contact_id", "version"),
        where=f"contact_id>={low} AND contact_id<={high} AND deleted=0",
        sort="contact_id ASC, _id ASC",
    )
    try:
        answer = await read_rows(session, query, max_bytes=_LARGEST_ANSWER)
        rows = parse_numbers(answer, query.projection, source=_RAW)
    except ParseError:
        return None
    except ShellCommandError as error:
        if error.code not in {BridgeErrorCode.SHELL_FAILED, BridgeErrorCode.OUTPUT_TOO_LARGE}:
            raise
        return None
    if not rows:
        return None
    versions: dict[int, str] = {}
    for raw_id, contact_id, version in rows:
        if contact_id is not None:
            versions[contact_id] = f"{versions.get(contact_id, '')}{raw_id}:{version},"
    return versions


def fingerprint(versions: Mapping[int, str], ids: list[int]) -> str:
    """12 hex digits for some contacts and their versions."""
    digest = hashlib.blake2b(digest_size=6)
    for row_id in ids:
        digest.update(f"{row_id}={versions.get(row_id, '')};".encode())
    return digest.hexdigest()
