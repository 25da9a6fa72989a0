"""What the desks wrote and closed long ago: requests, exports, holds, papers. None of it is sealed under a week's key.

Nothing that is open, in force or needed by what stays is found here:

- a request without an answer; one whose mark against collecting is in force, or whose lifting keeps an older mark out
  of force; one with corrections beside records that are still there;
- an export whose time for the next step is not over; a hold that has not ended;
- the newest accepted assessment and what is newer; an incident that is not closed; what an employee with a phone
  acknowledged last; an enrolment in force, or with a record that was archived while it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crypto.database import Database, SqlValue

from ..api.documents import DocumentKind, DocumentStep
from ..api.rights import RequestState
from .codes import to_micros
from .data_classes import DataClass
from .documents import DOCUMENT_CODES, DOCUMENT_STEP_CODES
from .export_scope import scope_of
from .holds import ArchivedHold, all_holds
from .request_steps import STATE_CODES

_FAR: Final = 2**62
_REQUESTS: Final = f"""
SELECT r.ledger_index, r.subject, r.subject_token FROM requests r
JOIN request_changes c ON c.ledger_index = (
  SELECT max(ledger_index) FROM request_changes WHERE request_index = r.ledger_index)
WHERE c.at < ?1 AND c.to_state IN ({STATE_CODES[RequestState.ANSWERED]}, {STATE_CODES[RequestState.CLOSED]})
  AND NOT EXISTS (SELECT 1 FROM corrections k WHERE k.request_index = r.ledger_index)
  AND NOT EXISTS (
    SELECT 1 FROM privacy_marks m WHERE m.request_index = r.ledger_index
      AND m.ledger_index = (SELECT max(q.ledger_index) FROM privacy_marks q WHERE q.token = m.token)
      AND (m.is_private = 1 OR 1 = (
        SELECT o.is_private FROM privacy_marks o
        WHERE o.token = m.token AND o.request_index IS NOT r.ledger_index ORDER BY o.ledger_index DESC LIMIT 1)))
ORDER BY r.ledger_index"""  # noqa: S608 - numbers of ours
_EXPORTS: Final = """
SELECT x.ledger_index, x.scope FROM exports x
WHERE x.expires_at < ?1 AND NOT EXISTS (
  SELECT 1 FROM export_changes c
  WHERE c.export_index = x.ledger_index AND max(c.at, coalesce(c.expires_at, 0)) >= ?1)
ORDER BY x.ledger_index"""
_HOLDS: Final = """
SELECT h.ledger_index FROM holds h LEFT JOIN hold_ends e ON e.ledger_index = h.end_index
WHERE coalesce(e.at, h.until) < ?1 ORDER BY h.ledger_index"""
_ASSESSMENTS: Final = f"""
SELECT d.ledger_index FROM documents d
WHERE d.document = {DOCUMENT_CODES[DocumentKind.ASSESSMENT]}
  AND NOT EXISTS (
    SELECT 1 FROM documents o WHERE o.document = d.document AND o.name = d.name AND o.at >= ?1)
  AND EXISTS (
    SELECT 1 FROM documents n
    WHERE n.document = d.document AND CAST(n.name AS INTEGER) > CAST(d.name AS INTEGER) AND n.at < ?1
      AND (n.step = {DOCUMENT_STEP_CODES[DocumentStep.ACCEPTED]} OR NOT EXISTS (
        SELECT 1 FROM documents a WHERE a.document = d.document AND a.name = d.name
          AND a.step = {DOCUMENT_STEP_CODES[DocumentStep.ACCEPTED]})))
ORDER BY d.ledger_index"""  # noqa: S608
"""Versions before one that was accepted; drafts that nobody accepted before any later version."""
_INCIDENTS: Final = f"""
SELECT d.ledger_index FROM documents d
WHERE d.document = {DOCUMENT_CODES[DocumentKind.INCIDENT]} AND EXISTS (
  SELECT 1 FROM documents c WHERE c.document = d.document AND c.name = d.name
    AND c.step = {DOCUMENT_STEP_CODES[DocumentStep.CLOSED]} AND c.at < ?1)
ORDER BY d.ledger_index"""  # noqa: S608
_ACKNOWLEDGED: Final = f"""
SELECT d.ledger_index, d.title FROM documents d
WHERE d.document = {DOCUMENT_CODES[DocumentKind.NOTICE]} AND d.at < ?1 AND (
  EXISTS (SELECT 1 FROM documents n WHERE n.document = d.document AND n.title IS d.title
    AND n.ledger_index > d.ledger_index AND n.at < ?1)
  OR EXISTS (SELECT 1 FROM enrolments e WHERE e.employee = d.title
    AND e.ledger_index > d.ledger_index AND e.enrolled_at < ?1)
  OR NOT EXISTS (SELECT 1 FROM enrolments e LEFT JOIN enrolment_ends x ON x.ledger_index = e.end_index
    WHERE e.employee = d.title AND coalesce(x.at, {_FAR}) >= ?1))
ORDER BY d.ledger_index"""  # noqa: S608
"""What the same person acknowledged anew since, or who has had no phone for so long."""

_ENROLMENTS: Final = """
SELECT e.ledger_index, e.employee, d.serial FROM enrolments e
JOIN enrolment_ends x ON x.ledger_index = e.end_index JOIN devices d ON d.device_no = e.device_no
WHERE x.at < ?1 AND NOT EXISTS (
  SELECT 1 FROM events v WHERE v.device_no = e.device_no AND v.received_at BETWEEN e.enrolled_at AND x.at)
ORDER BY e.ledger_index"""
"""They say whose the records of a phone were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Rows that go together: nothing of what stays names them."""

    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """Table and ledger indexes; what names others comes before them."""
    is_alone: bool = False
    """Whether others may depend on it: look anew after it is gone."""

    @property
    def size(self) -> int:
        """Rows."""
        return sum(len(indexes) for _, indexes in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """Whom and what a row is about, as far as it says."""

    employee: str | None = None
    peer_token: bytes | None = None
    device: str | None = None
    conversation: str | None = None


def closed_rows(database: Database, data_class: DataClass, before: datetime, now: datetime) -> Iterator[Family]:
    """Of a class of these, oldest first: what was closed before a moment and no hold covers. Of others, none."""
    find = _FINDERS.get(data_class)
    if find is None:
        return
    holds = [
        hold for hold in all_holds(database) if hold.is_active(now) and hold.scope.data_class in (None, data_class)
    ]
    for family, about in find(database, to_micros(before)):
        if not any(_is_about(hold, about) for hold in holds):
            yield family


def _is_about(hold: ArchivedHold, about: _About) -> bool:
    """A hold of a time is taken as of all times; one of a person, phone or conversation covers what names the same."""
    scope = hold.scope
    named = (
        (scope.employee, about.employee),
        (scope.peer_token, about.peer_token),
        (scope.device, about.device),
        (scope.conversation, about.conversation),
    )
    wanted = [(one, other) for one, other in named if one is not None]
    return not wanted or any(one == other for one, other in wanted)


_Found = Iterator[tuple[Family, _About]]


def _requests(database: Database, before: int) -> _Found:
    for index, subject, token in database.fetch_all(_REQUESTS, (before,)):
        assert isinstance(index, int)
        marks = _hanging(database, "privacy_marks", "request_index", index)
        rows = (
            ("privacy_marks", marks),
            ("request_changes", _hanging(database, "request_changes", "request_index", index)),
            ("requests", (index,)),
        )
        about = _About(employee=_text(subject), peer_token=token if isinstance(token, bytes) else None)
        yield Family(rows=rows, is_alone=bool(marks)), about


def _exports(database: Database, before: int) -> _Found:
    for index, stored in database.fetch_all(_EXPORTS, (before,)):
        assert isinstance(index, int) and isinstance(stored, str)
        rows = (("export_changes", _hanging(database, "export_changes", "export_index", index)), ("exports", (index,)))
        scope = scope_of(stored)
        about = _About(
            employee=scope.employee,
            peer_token=None if scope.peer_token is None else bytes.fromhex(scope.peer_token),
            device=scope.device,
            conversation=scope.conversation,
        )
        yield Family(rows=rows), about


def _holds(database: Database, before: int) -> _Found:
    for (index,) in database.fetch_all(_HOLDS, (before,)):
        assert isinstance(index, int)
        yield (
            Family(rows=(("hold_ends", _hanging(database, "hold_ends", "hold_index", index)), ("holds", (index,)))),
            _About(),
        )


def _papers(database: Database, before: int) -> _Found:
    for sql in (_ASSESSMENTS, _INCIDENTS, _ACKNOWLEDGED):
        for index, *title in database.fetch_all(sql, (before,)):
            assert isinstance(index, int)
            about = _About(employee=_text(title[0]) if title else None)
            yield Family(rows=(("documents", (index,)),)), about
    for index, employee, serial in database.fetch_all(_ENROLMENTS, (before,)):
        assert isinstance(index, int)
        ends = _hanging(database, "enrolment_ends", "enrolment_index", index)
        about = _About(employee=_text(employee), device=_text(serial))
        yield Family(rows=(("enrolment_ends", ends), ("enrolments", (index,)))), about


_FINDERS: Final[dict[DataClass, Callable[[Database, int], _Found]]] = {
    DataClass.REQUESTS: _requests,
    DataClass.EXPORTS: _exports,
    DataClass.HOLDS: _holds,
    DataClass.PAPERS: _papers,
}


def _hanging(database: Database, table: str, column: str, of: int) -> tuple[int, ...]:
    sql = f"SELECT ledger_index FROM {table} WHERE {column} = ?"  # noqa: S608
    return tuple(index for (index,) in database.execute(sql, (of,)) if isinstance(index, int))


def _text(value: SqlValue) -> str | None:
    return value if isinstance(value, str) else None
