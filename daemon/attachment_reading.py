"""Opening an attachment: who may, why, and what is there; the audit entry is on the disk before the first byte."""

import hashlib
from collections.abc import AsyncIterator

from crypto.errors import IntegrityError, StorageError

from .api.exit_codes import ExitCode
from .archive.archive import Archive
from .archive.drafts import EventFilter
from .attachments import Attachment, attachments_of, text_bytes_of
from .audit import MAX_REASON, AuditTrail
from .events import Event, EventId
from .media_store import MediaStore
from .rights.guard import PrivacyGuard
from .service import Caller, OpenedAttachment, ServiceError
from .service_errors import not_found, unusable


class AttachmentReading:
    """Audit, then serve."""

    def __init__(self, archive: Archive, audit: AuditTrail, media: MediaStore, guard: PrivacyGuard) -> None:
        self._archive = archive
        self._audit = audit
        self._media = media
        self._guard = guard

    async def opened(self, caller: Caller, event_id: str, number: int, reason: str) -> OpenedAttachment:
        """See `Service.attachment`."""
        if not reason.strip():
            raise unusable("reveal.reason_missing")
        found = await self._archive.events(EventFilter(event_ids=(EventId(event_id),)))
        if not found:
            raise not_found("event")
        event = found[0].event
        if self._guard.is_private(event):
            raise unusable("rights.withheld", http_status=403)
        attachments = attachments_of(event)
        if not 1 <= number <= len(attachments):
            raise not_found("attachment")
        opened = await self._open(event, attachments[number - 1])
        await self._audit.write(
            caller,
            "attachments.open",
            f"{event.event_id} attachment={number}",
            reason=reason.strip()[:MAX_REASON],
            outcome="ok" if opened is not None else "unavailable",
        )
        if opened is None:
            raise ServiceError("attachment.unavailable", http_status=410, exit_code=ExitCode.NOT_FOUND)
        return opened

    async def _open(self, event: Event, attachment: Attachment) -> OpenedAttachment | None:
        """None when its bytes were never read from the phone."""
        if attachment.is_sealed and attachment.sha256 is not None:
            return OpenedAttachment(
                size_bytes=attachment.size_bytes,
                sha256=attachment.sha256,
                chunks=self._sealed(attachment.sha256),
            )
        content = text_bytes_of(event, attachment)
        if content is None:
            return None
        return OpenedAttachment(
            size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), chunks=_whole(content)
        )

    async def _sealed(self, sha256: str) -> AsyncIterator[bytes]:
        try:
            async for piece in self._media.read(sha256):
                yield piece
        except (IntegrityError, StorageError) as error:
            raise ServiceError(
                "attachment.damaged", http_status=500, exit_code=ExitCode.INTEGRITY, problem=error.code.value
            ) from error


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
