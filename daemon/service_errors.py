"""Errors of the rooms below as refusals that a client can show."""

from collections.abc import Iterator
from contextlib import contextmanager

from adb_bridge.errors import AdbBridgeError

from .api.exit_codes import ExitCode
from .archive.errors import (
    AlreadyEnrolledError,
    ArchiveError,
    ArchiveFullError,
    NoticeConflictError,
    ReadTimeoutError,
    RecordNotFoundError,
)
from .service import ServiceError


@contextmanager
def refusing() -> Iterator[None]:
    """Everything of the archive and of adb that is raised inside becomes a ServiceError."""
    try:
        yield
    except ArchiveFullError:
        raise ServiceError("vault.disk_full", http_status=507, exit_code=ExitCode.VAULT) from None
    except AlreadyEnrolledError:
        raise ServiceError("enrolment.exists", http_status=409, exit_code=ExitCode.USAGE) from None
    except NoticeConflictError:
        raise ServiceError("enrolment.notice_conflict", http_status=409, exit_code=ExitCode.USAGE) from None
    except RecordNotFoundError:
        raise not_found("event") from None
    except ReadTimeoutError:
        raise ServiceError("daemon.timeout", http_status=504, exit_code=ExitCode.TIMEOUT) from None
    except ArchiveError as error:
        raise ServiceError("vault.unwritable", http_status=503, exit_code=ExitCode.VAULT) from error
    except AdbBridgeError as error:
        raise ServiceError(error.code.value, http_status=503, exit_code=ExitCode.ADB) from error


def not_found(what: str) -> ServiceError:
    """404, exit 6."""
    return ServiceError(f"{what}.not_found", http_status=404, exit_code=ExitCode.NOT_FOUND)


def invalid(problem: str) -> ServiceError:
    """422, exit 2: `problem` names the field, never its content."""
    return ServiceError("request.invalid", http_status=422, exit_code=ExitCode.USAGE, problem=problem)


def not_permitted(code: str) -> ServiceError:
    """Another person has to do it: 403, exit 5."""
    return ServiceError(code, http_status=403, exit_code=ExitCode.NOT_PERMITTED)


def unusable(code: str, *, http_status: int = 422) -> ServiceError:
    """A request that makes no sense now, exit 2."""
    return ServiceError(code, http_status=http_status, exit_code=ExitCode.USAGE)
