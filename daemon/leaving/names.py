"""Who is somebody of the shop, and who of them leaves: what a request about leaving has to name rightly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..api.exit_codes import ExitCode
from ..api.leaving import LeaveRequest
from ..archive.leaving_rows import ArchivedLeaving, LeavingPhoneRef
from ..archive.records import ArchivedEnrolment
from ..service import ServiceError

_EARLIEST: Final = timedelta(days=1)
_LATEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """As the records have it."""

    enrolments: tuple[ArchivedEnrolment, ...]
    """Ended ones too, newest first."""
    leavings: tuple[ArchivedLeaving, ...]
    accounts: frozenset[str]
    """Whom the configuration gives a login."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody, in order."""
        owners = {name for one in self.leavings for name in one.draft.recipients}
        return tuple(sorted({one.employee for one in self.enrolments} | self.accounts | owners))

    def phones_of(self, name: str) -> tuple[LeavingPhoneRef, ...]:
        """Enrolled for them now."""
        return tuple(
            LeavingPhoneRef(device=one.serial, enrolment_index=one.ledger_index)
            for one in self.enrolments
            if one.employee == name and one.ended_at is None
        )

    def leaving_of(self, name: str) -> ArchivedLeaving | None:
        """Theirs that was not undone, and whose phones they have not got back by another enrolment."""
        here = {one.enrolment_index for one in self.phones_of(name)}
        for one in self.leavings:
            if one.draft.employee == name and not one.is_undone:
                was = {phone.enrolment_index for phone in one.draft.phones}
                return one if not here or here & was else None
        return None

    def known(self, name: str) -> str | None:
        """As it is written in the records; None for nobody, or for two of them."""
        wanted = " ".join(name.split())
        found = [one for one in self.names if one == wanted] or [
            one for one in self.names if one.casefold() == wanted.casefold()
        ]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that makes sense."""

    employee: str
    recipients: tuple[str, ...]
    phones: tuple[LeavingPhoneRef, ...]
    freeze_at: datetime
    return_at: datetime


def sense_of(request: LeaveRequest, staff: Staff, now: datetime) -> Asked:
    """ServiceError `employee.not_found`, `reveal.reason_missing`, `leaving.already`, `leaving.no_phone` and more."""
    if not request.reason.strip():
        raise _wrong("reveal.reason_missing")
    employee = staff.known(request.employee)
    if employee is None:
        raise ServiceError(
            "employee.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND, name=request.employee[:100]
        )
    if staff.leaving_of(employee) is not None:
        raise _wrong("leaving.already", http_status=409, name=employee)
    phones = staff.phones_of(employee)
    if not phones:
        raise _wrong("leaving.no_phone", http_status=409, name=employee)
    return_at = _time(request.return_at, now)
    freeze_at = _time(request.freeze_at, now)
    if freeze_at > return_at:
        raise _wrong("leaving.bad_order")
    return Asked(
        employee=employee,
        recipients=_recipients(request.recipients, employee, staff),
        phones=phones,
        freeze_at=freeze_at,
        return_at=return_at,
    )


def _recipients(asked: Sequence[str], employee: str, staff: Staff) -> tuple[str, ...]:
    found: list[str] = []
    for one in asked:
        name = staff.known(one)
        if name is None or not (staff.phones_of(name) or name in staff.accounts):
            raise _wrong("leaving.recipient_unknown", name=one[:100])
        if name == employee:
            raise _wrong("leaving.recipient_same", name=name)
        if staff.leaving_of(name) is not None:
            raise _wrong("leaving.recipient_leaving", http_status=409, name=name)
        found.append(name)
    return tuple(dict.fromkeys(found))


def _time(asked: datetime | None, now: datetime) -> datetime:
    if asked is None:
        return now
    if not now - _EARLIEST <= asked <= now + _LATEST:
        raise _wrong("leaving.bad_date")
    return max(asked, now)


def _wrong(code: str, *, http_status: int = 422, **values: str) -> ServiceError:
    return ServiceError(code, http_status=http_status, exit_code=ExitCode.USAGE, **values)
