"""Every way the archive refuses. Messages name ids, sizes and codes, never content."""

from enum import StrEnum


class ArchiveErrorCode(StrEnum):
    """Stable names; the texts that people read are found by them."""

    FULL = "archive.disk_full"
    BROKEN = "archive.broken"
    CLOSED = "archive.closed"
    TOO_SLOW = "archive.too_slow"
    MIGRATION_NEEDED = "archive.migration_needed"
    NOT_AN_ARCHIVE = "archive.not_an_archive"
    NOT_FOUND = "archive.not_found"
    ILLEGAL_TRANSITION = "archive.illegal_transition"
    NOT_ENROLLED = "archive.not_enrolled"
    ALREADY_ENROLLED = "archive.already_enrolled"
    NOTICE_CONFLICT = "archive.notice_conflict"
    KEY_REUSED = "archive.key_reused"
    UNIT_REFUSED = "archive.unit_refused"


class ArchiveError(Exception):
    """Root. `retryable` says whether the same call can succeed later without anything else being done here."""

    code: ArchiveErrorCode = ArchiveErrorCode.BROKEN
    retryable: bool = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code.value}: {detail}" if detail else self.code.value)
        self.detail = detail


class ArchiveFullError(ArchiveError):
    """No space on the disk. Nothing of the unit was written; the writer works again once there is space."""

    code = ArchiveErrorCode.FULL
    retryable = True


class ArchiveBrokenError(ArchiveError):
    """The disk or the database failed. Nothing of the unit was written; the connection is opened anew."""

    code = ArchiveErrorCode.BROKEN
    retryable = True


class ArchiveClosedError(ArchiveError):
    """The archive was closed, or is open for reading only."""

    code = ArchiveErrorCode.CLOSED


class ReadTimeoutError(ArchiveError):
    """A query took longer than it may and was stopped."""

    code = ArchiveErrorCode.TOO_SLOW
    retryable = True


class MigrationNeededError(ArchiveError):
    """The file's schema is newer than this program, or older and the archive is open for reading only."""

    code = ArchiveErrorCode.MIGRATION_NEEDED

    def __init__(self, *, found: int, known: int) -> None:
        super().__init__(f"found schema {found}, this program knows {known}")
        self.found = found
        self.known = known


class NotAnArchiveError(ArchiveError):
    """The file opens with the key but is not a shopwarden archive."""

    code = ArchiveErrorCode.NOT_AN_ARCHIVE


class RecordNotFoundError(ArchiveError):
    """No alert, command, enrolment or event with this id."""

    code = ArchiveErrorCode.NOT_FOUND


class IllegalTransitionError(ArchiveError):
    """A state that was left for good, or another writer was first. `current` is the state now."""

    code = ArchiveErrorCode.ILLEGAL_TRANSITION

    def __init__(self, *, current: str, to: str) -> None:
        super().__init__(f"{current} to {to}")
        self.current = current
        self.to = to


class NotEnrolledError(ArchiveError):
    """Something of a phone was to be written that no enrolment covers. Nothing was written."""

    code = ArchiveErrorCode.NOT_ENROLLED


class AlreadyEnrolledError(ArchiveError):
    """The phone has an enrolment that was not ended."""

    code = ArchiveErrorCode.ALREADY_ENROLLED


class NoticeConflictError(ArchiveError):
    """This notice version was used with another text before. A changed text needs a new version."""

    code = ArchiveErrorCode.NOTICE_CONFLICT


class KeyReusedError(ArchiveError):
    """A request's key named another request before. Nothing was written."""

    code = ArchiveErrorCode.KEY_REUSED


class UnitRefusedError(ArchiveError):
    """The database refused what this unit brought; others in its group were committed."""

    code = ArchiveErrorCode.UNIT_REFUSED
