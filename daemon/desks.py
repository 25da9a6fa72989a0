"""The desks behind the API that are not methods of `Service`: each is one class with a file or folder of its own.

A desk's method takes the caller first, asks `roles.require`, writes the audit entry before it serves, and raises
`ServiceError` only (`service_errors.refusing`).
"""

from dataclasses import dataclass

from .desk_parts import DeskParts as DeskParts
from .rights.desk import RequestsDesk
from .rights.documents_desk import DocumentsDesk
from .rights.erasing import NoErasing
from .rights.me import OwnDesk
from .rights.notices import Notices
from .rights.papers import Papers


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """One of each."""

    documents: DocumentsDesk
    me: OwnDesk
    requests: RequestsDesk


def open_desks(parts: DeskParts) -> Desks:
    """Every desk of the daemon."""
    notices = Notices(parts.archive, parts.config)
    requests = RequestsDesk(parts, parts.guard, NoErasing())
    return Desks(
        documents=DocumentsDesk(parts, Papers(parts.archive, parts.config, parts.clock, notices), notices),
        me=OwnDesk(parts, requests, notices),
        requests=requests,
    )
