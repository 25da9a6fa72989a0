"""The employee's own view: what is kept about them, who looked and why, and their requests. Nothing else."""

from typing import Final

import msgspec

from ..api.exit_codes import ExitCode
from ..api.me import OwnEnrolment, OwnRecords, OwnRequest
from ..api.rights import NewRequest, SubjectKind, SubjectRequest
from ..archive.records import ArchivedEnrolment
from ..archive.subjects import EmployeeSubject
from ..audit import MAX_REASON
from ..desk_parts import DeskParts
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import refusing
from .desk import RequestsDesk
from .looks import looks_at_employee
from .notices import Notices
from .reach import Measure
from .subject import NamedSubject
from .views import in_order, request_view

SELF_CHANNEL: Final = "shopwarden me"


class OwnDesk:
    """Raises ServiceError only; `self.unknown` for a caller whom the configuration names no employee."""

    def __init__(self, parts: DeskParts, requests: RequestsDesk, notices: Notices) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._requests = requests
        self._notices = notices
        self._measure = Measure(archive=parts.archive, retention=parts.config.retention)

    async def records(self, caller: Caller) -> OwnRecords:
        """All of it."""
        employee = _employee(caller)
        now = self._parts.clock.now()
        with refusing():
            await self._parts.audit.write(caller, "self.read", "self")
            enrolments = [one for one in await self._archive.enrolments() if one.employee == employee]
            asked = [
                one for one in await self._archive.requests.all() if _is_theirs(one.subject_kind, one.subject, employee)
            ]
            looks = await looks_at_employee(self._archive, employee)
            sight = await self._parts.guard.sight(caller.role, self._parts.texts[caller.language])
            return OwnRecords(
                employee=employee,
                enrolments=tuple(_enrolment(one) for one in enrolments),
                notice_text=enrolments[0].notice_text if enrolments else None,
                must_acknowledge=employee in await self._notices.missing(),
                holdings=await self._measure.holdings(EmployeeSubject(name=employee)),
                looks=tuple(msgspec.structs.replace(look, reason=sight.optional_line(look.reason)) for look in looks),
                requests=tuple(request_view(one, now, sight, with_changes=True) for one in in_order(tuple(asked))),
            )

    async def ask(self, caller: Caller, body: OwnRequest) -> SubjectRequest:
        """A request about their own records, received now."""
        employee = _employee(caller)
        request = NewRequest(
            kind=body.kind,
            subject=f"employee:{employee}",
            received_at=self._parts.clock.now(),
            channel=SELF_CHANNEL,
            note=body.note,
        )
        subject = NamedSubject(kind=SubjectKind.EMPLOYEE, shown=employee, token=None)
        return await self._requests.file(caller, request, subject)

    async def acknowledge(self, caller: Caller) -> None:
        """They have read the notice that phones show now."""
        employee = _employee(caller)
        with refusing():
            version = self._notices.current_sha256()[:16]
            await self._parts.audit.write(caller, "self.acknowledge", f"notice {version}"[:MAX_REASON])
            await self._notices.acknowledge(employee, actor=caller.name)


def _employee(caller: Caller) -> str:
    require(caller, Permission.SELF)
    if caller.employee is None:
        raise ServiceError("self.unknown", http_status=403, exit_code=ExitCode.NOT_PERMITTED)
    return caller.employee


def _is_theirs(kind: SubjectKind, subject: str, employee: str) -> bool:
    return kind is SubjectKind.EMPLOYEE and subject == employee


def _enrolment(enrolment: ArchivedEnrolment) -> OwnEnrolment:
    return OwnEnrolment(
        serial=enrolment.serial,
        notice_version=enrolment.notice_version,
        notice_sha256=enrolment.notice_sha256,
        acknowledged_at=enrolment.acknowledged_at,
        scope=enrolment.scope,
        since=enrolment.enrolled_at,
        until=enrolment.ended_at,
    )
