"""The record without which nothing is collected, checked before it is written."""

from datetime import datetime

from adb_bridge.records import DeviceSerial, Source

from .api.exit_codes import ExitCode
from .api.wire import EnrolRequest
from .archive.drafts import EnrolmentDraft
from .config import Config
from .service import Caller, ServiceError

MAX_FIELD = 100


def enrolment_draft(
    caller: Caller, request: EnrolRequest, serial: DeviceSerial, config: Config, now: datetime
) -> EnrolmentDraft:
    """What will be archived. The notice is the configured one in the store's language; the archive binds its version.

    Raises:
        ServiceError: `enrolment.not_acknowledged`, `enrolment.bad_field`, `enrolment.unknown_scope`.
    """
    if not request.acknowledged_by.strip():
        raise _refused("enrolment.not_acknowledged")
    known = {source.value for source in Source}
    if not request.scope or not set(request.scope) <= known:
        raise _refused("enrolment.unknown_scope")
    title, text = config.notice_for(config.store.language)
    return EnrolmentDraft(
        serial=serial,
        employee=_field("employee", request.employee),
        notice_version=_field("notice_version", request.notice_version),
        notice_text=f"{title}\n{text}",
        acknowledged_by=_field("acknowledged_by", request.acknowledged_by),
        acknowledged_at=now,
        enrolled_by=caller.name,
        scope=tuple(source.value for source in Source if source.value in request.scope),
    )


def _field(name: str, text: str) -> str:
    """One printable line: these fields are shown in lists and printed on paper."""
    line = text.strip()
    if not 1 <= len(line) <= MAX_FIELD or not line.isprintable():
        raise ServiceError("enrolment.bad_field", http_status=422, exit_code=ExitCode.USAGE, field=name)
    return line


def _refused(code: str) -> ServiceError:
    return ServiceError(code, http_status=422, exit_code=ExitCode.USAGE)
