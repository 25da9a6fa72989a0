"""Runs of provisioning: the plan, and how each phone stands, so that a run goes on after any interruption.

What happened for good is in the ledger: the audit of who asked and confirmed, acknowledgements, enrolments, commands.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from crypto.database import Database, Row

from .book import Read, Write
from .codes import from_micros, to_micros
from .errors import IllegalTransitionError, RecordNotFoundError
from .rows import row_as
from .transaction import Transaction

PREFIX: Final = "pr_"
KEPT: Final = 50
"""Runs that are remembered after their end."""
_COLUMNS: Final = "run_id, name, plan, plan_sha256, state, jobs, wait_s, asked_by, asked_role, started_at, ended_at"
_SELECT: Final = f"SELECT {_COLUMNS} FROM provision_runs"  # noqa: S608 - no data in it
_INSERT: Final = f"INSERT INTO provision_runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_PUT: Final = """
INSERT INTO provision_phones (run_id, place, document, updated_at) VALUES (?, ?, ?, ?)
ON CONFLICT (run_id, place) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at"""
_OLD: Final = """
SELECT run_id FROM provision_runs WHERE state <> 1 ORDER BY started_at DESC, run_id LIMIT -1 OFFSET ?"""


class StoredRunState(IntEnum):
    """Numbers are kept in files."""

    RUNNING = 1
    ENDED = 2
    CANCELLED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDraft:
    """What somebody asks for."""

    run_id: str
    name: str
    plan: str
    """Canonical JSON."""
    plan_sha256: str
    jobs: int
    wait_s: float
    asked_by: str
    asked_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRun:
    """A run."""

    run_id: str
    name: str
    plan: str
    plan_sha256: str
    state: StoredRunState
    jobs: int
    wait_s: float
    asked_by: str
    asked_role: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPlace:
    """How one phone of a run stands."""

    place: int
    document: str
    """JSON of who drives the run."""
    updated_at: datetime


def new_run_id() -> str:
    """One that nobody had."""
    return PREFIX + secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUnit:
    """A new run. IllegalTransitionError while another one is under way."""

    draft: RunDraft
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRun:
        """Write it, and forget the oldest."""
        database, draft = transaction.database, self.draft
        if _running(database) is not None:
            raise IllegalTransitionError(current="running", to="running")
        database.execute(
            _INSERT,
            (draft.run_id, draft.name, draft.plan, draft.plan_sha256, int(StoredRunState.RUNNING), draft.jobs,
             draft.wait_s, draft.asked_by, draft.asked_role, to_micros(transaction.now), None),
        )  # fmt: skip
        for (old,) in database.fetch_all(_OLD, (KEPT,)):
            database.execute("DELETE FROM provision_phones WHERE run_id = ?", (old,))
            database.execute("DELETE FROM provision_runs WHERE run_id = ?", (old,))
        return _required(database, draft.run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUnit:
    """A run ends, is cancelled, or is taken up again. RecordNotFoundError; IllegalTransitionError as `BeginUnit`."""

    run_id: str
    to: StoredRunState
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> ArchivedRun:
        """Write it."""
        database = transaction.database
        found = _required(database, self.run_id)
        other = _running(database)
        is_again = self.to is StoredRunState.RUNNING
        if (is_again and other is not None and other.run_id != self.run_id) or (
            not is_again and found.state is self.to
        ):
            raise IllegalTransitionError(current=found.state.name.lower(), to=self.to.name.lower())
        ended_at = None if is_again else to_micros(transaction.now)
        database.execute(
            "UPDATE provision_runs SET state = ?, ended_at = ? WHERE run_id = ?", (int(self.to), ended_at, self.run_id)
        )
        return _required(database, self.run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutPlaceUnit:
    """How a phone stands now. RecordNotFoundError."""

    run_id: str
    place: int
    document: str
    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        """Write it."""
        _required(transaction.database, self.run_id)
        transaction.database.execute(_PUT, (self.run_id, self.place, self.document, to_micros(transaction.now)))


class ProvisioningBook:
    """A part of the archive. Raises what the archive raises."""

    def __init__(self, write: Write, read: Read) -> None:
        self._write = write
        self._read = read

    async def begin(self, draft: RunDraft) -> ArchivedRun:
        """A new run."""
        return await self._write(BeginUnit(draft=draft))

    async def move(self, run_id: str, to: StoredRunState) -> ArchivedRun:
        """End it, cancel it, or take it up again."""
        return await self._write(MoveUnit(run_id=run_id, to=to))

    async def put(self, run_id: str, place: int, document: str) -> None:
        """How a phone stands."""
        await self._write(PutPlaceUnit(run_id=run_id, place=place, document=document))

    async def running(self) -> ArchivedRun | None:
        """The one that is under way."""
        return await self._read(_running)

    async def one(self, run_id: str) -> ArchivedRun | None:
        """None when there is none."""
        return await self._read(lambda database: _one(database, " WHERE run_id = ?", run_id))

    async def newest_of(self, plan_sha256: str) -> ArchivedRun | None:
        """The last run of a plan."""
        where = " WHERE plan_sha256 = ? ORDER BY started_at DESC, run_id LIMIT 1"
        return await self._read(lambda database: _one(database, where, plan_sha256))

    async def all(self) -> tuple[ArchivedRun, ...]:
        """Newest first."""
        order = " ORDER BY started_at DESC, run_id"
        return await self._read(lambda database: tuple(map(_run, database.fetch_all(_SELECT + order))))

    async def places(self, run_id: str) -> tuple[ArchivedPlace, ...]:
        """In their order."""

        def query(database: Database) -> tuple[ArchivedPlace, ...]:
            rows = database.fetch_all(
                "SELECT place, document, updated_at FROM provision_phones WHERE run_id = ? ORDER BY place", (run_id,)
            )
            return tuple(map(_place, rows))

        return await self._read(query)


class _RunRow(msgspec.Struct, array_like=True, frozen=True):
    run_id: str
    name: str
    plan: str
    plan_sha256: str
    state: int
    jobs: int
    wait_s: float
    asked_by: str
    asked_role: str
    started_at: int
    ended_at: int | None


class _PlaceRow(msgspec.Struct, array_like=True, frozen=True):
    place: int
    document: str
    updated_at: int


def _running(database: Database) -> ArchivedRun | None:
    return _one(database, " WHERE state = ?", int(StoredRunState.RUNNING))


def _required(database: Database, run_id: str) -> ArchivedRun:
    found = _one(database, " WHERE run_id = ?", run_id)
    if found is None:
        raise RecordNotFoundError("provisioning")
    return found


def _one(database: Database, where: str, value: str | int) -> ArchivedRun | None:
    row = database.fetch_one(_SELECT + where, (value,))
    return None if row is None else _run(row)


def _run(stored: Row) -> ArchivedRun:
    row = row_as(_RunRow, stored)
    return ArchivedRun(
        run_id=row.run_id,
        name=row.name,
        plan=row.plan,
        plan_sha256=row.plan_sha256,
        state=StoredRunState(row.state),
        jobs=row.jobs,
        wait_s=row.wait_s,
        asked_by=row.asked_by,
        asked_role=row.asked_role,
        started_at=from_micros(row.started_at),
        ended_at=None if row.ended_at is None else from_micros(row.ended_at),
    )


def _place(stored: Row) -> ArchivedPlace:
    row = row_as(_PlaceRow, stored)
    return ArchivedPlace(place=row.place, document=row.document, updated_at=from_micros(row.updated_at))
