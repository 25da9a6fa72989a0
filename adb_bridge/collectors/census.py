"""Every row a source returns at one moment, by id: what an absence is judged by.

Only whole numbers are asked for, so nothing in the answer can be forged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ..clock import Clock
from ..content_query import ContentQuery, parse_numbers, read_rows
from ..errors import BridgeErrorCode, ParseError, ShellCommandError
from ..samples import sample_hash
from ..session import MIB, Session

PAGE = 5000
_MOST_PAGES = 400
_LONGEST_S = 180.0
_LARGEST_ANSWER = 4 * MIB
_TIMEOUT_S = 60.0
_SPAN = 20_000
_MOST_SPANS = 64


class Limiting(StrEnum):
    """How a provider is told to return only so many rows."""

    SORT = "sort"
    """`ORDER BY … LIMIT n`: SMS and MMS, whose providers check no grammar."""
    PARAMETER = "parameter"
    """`?limit=n`: call log and contacts of AOSP."""
    RANGE = "range"
    """Neither: ids are asked for by range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """How a source lists its rows."""

    uri: str
    limiting: Limiting
    subscription: str | None = None
    """Column with the SIM, where a provider hides rows by SIM."""
    mark: str = "date"
    """Column with a time that belongs to a row's content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPage:
    """Rows above an id, lowest first."""

    ids: tuple[int, ...]
    subscriptions: frozenset[int | None]
    covered_to: int | None
    """Everything up to this id was returned; None: everything there is."""
    is_as_asked: bool = True
    """False: the phone printed them in another order, so a limit may have cut off any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """All rows that were returned."""

    ids: frozenset[int]
    subscriptions: frozenset[int | None] | None
    """SIMs of the rows; None when the source does not tell them."""
    covered_to: int | None
    """Up to this id nothing is left out; None: nothing at all is."""
    taken_at: datetime
    """When it began, by our clock."""


async def take_census(session: Session, roll: Roll, clock: Clock) -> Census:
    """List the source. Incomplete (`covered_to`) when it is larger than any phone's or takes minutes.

    Raises:
        As `read_rows`.
    """
    taken_at, started_s = clock.now(), clock.monotonic()
    ids: set[int] = set()
    subscriptions: set[int | None] = set()
    above = 0
    for _ in range(_MOST_PAGES):
        try:
            page = await id_page(session, roll, above=above, rows=PAGE)
        except ParseError:
            if roll.subscription is None:
                raise
            # A vendor's column that holds no number: ids alone still tell what is there.
            roll = replace(roll, subscription=None)
            continue
        ids.update(page.ids)
        subscriptions |= page.subscriptions
        if page.covered_to is None or clock.monotonic() - started_s > _LONGEST_S:
            above = page.covered_to if page.covered_to is not None else above
            is_complete = page.covered_to is None
            break
        above = page.covered_to
    else:
        is_complete = False
    return Census(
        ids=frozenset(ids),
        subscriptions=frozenset(subscriptions) if roll.subscription is not None else None,
        covered_to=None if is_complete else above,
        taken_at=taken_at,
    )


async def id_page(session: Session, roll: Roll, *, above: int, rows: int) -> IdPage:
    """The next `rows` ids above an id, or some more where the phone does not let the number be limited.

    Raises:
        As `read_rows`; ParseError for ids that are not above `above` or not in order.
    """
    if roll.limiting is Limiting.RANGE:
        return await _without_limit(session, roll, above)
    page = await _ask(session, roll, _limited(roll, above, rows), above)
    if not page.is_as_asked and len(page.ids) >= rows:
        return await _without_limit(session, roll, above)
    # A provider that ignores the limit returns more than that: all there is.
    is_all = len(page.ids) != rows
    return page if is_all else replace(page, covered_to=page.ids[-1])


async def marks_of(session: Session, roll: Roll, ids: Iterable[int]) -> dict[int, int]:
    """The content's time of some rows; those that are not there are left out.

    Raises:
        As `read_rows`.
    """
    among = ",".join(map(str, sorted(ids)))
    query = ContentQuery(uri=roll.uri, projection=("_id", roll.mark), where=f"_id IN ({among})", sort="_id ASC")
    rows = parse_numbers(await read_rows(session, query), query.projection, source=roll.uri)
    return {row_id: mark or 0 for row_id, mark in rows if row_id is not None}


def _limited(roll: Roll, above: int, rows: int) -> ContentQuery:
    by_parameter = roll.limiting is Limiting.PARAMETER
    return ContentQuery(
        uri=f"{roll.uri}?limit={rows}" if by_parameter else roll.uri,
        projection=_projection(roll),
        where=f"_id>{above}",
        sort="_id ASC" if by_parameter else f"_id ASC LIMIT {rows}",
    )


async def _without_limit(session: Session, roll: Roll, above: int) -> IdPage:
    try:
        query = ContentQuery(uri=roll.uri, projection=_projection(roll), where=f"_id>{above}", sort="_id ASC")
        return await _ask(session, roll, query, above)
    except ShellCommandError as error:
        if error.code is not BridgeErrorCode.OUTPUT_TOO_LARGE:
            raise
    span = _SPAN
    page = IdPage(ids=(), subscriptions=frozenset(), covered_to=above)
    for _ in range(_MOST_SPANS):
        query = ContentQuery(
            uri=roll.uri, projection=_projection(roll), where=f"_id>{above} AND _id<={above + span}", sort="_id ASC"
        )
        page = replace(await _ask(session, roll, query, above), covered_to=above + span)
        if page.ids:
            break
        # A gap: larger steps cross it.
        above, span = above + span, span * 2
    return page


async def _ask(session: Session, roll: Roll, query: ContentQuery, above: int) -> IdPage:
    answer = await read_rows(session, query, timeout_s=_TIMEOUT_S, max_bytes=_LARGEST_ANSWER)
    rows = parse_numbers(answer, query.projection, source=roll.uri)
    ids = tuple(row[0] for row in rows if row[0] is not None)
    is_as_asked = list(ids) == sorted(ids)
    ids = tuple(sorted(ids))
    if len(set(ids)) != len(ids) or (ids and ids[0] <= above):
        raise ParseError(roll.uri, sample_sha256=sample_hash(answer[:4096]), detail="other rows")
    subscriptions = frozenset(row[1] for row in rows) if roll.subscription is not None else frozenset[int | None]()
    return IdPage(ids=ids, subscriptions=subscriptions, covered_to=None, is_as_asked=is_as_asked)


def _projection(roll: Roll) -> tuple[str, ...]:
    return ("_id",) if roll.subscription is None else ("_id", roll.subscription)
