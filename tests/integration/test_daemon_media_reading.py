"""Opening an attachment of an archived event: audited before the first byte, whole, and only what the phone gave."""

import hashlib
import shutil
from pathlib import Path

import pytest

from adb_bridge.records import Cursor, RawRecord, Source, Untrusted, UntrustedBytes
from adb_bridge.rows import BlobRef, MmsPart, MmsRow
from crypto.errors import IntegrityError
from crypto.sealed_keys import MediaKeys
from daemon.api.exit_codes import ExitCode
from daemon.archive.archive import Archive
from daemon.attachment_reading import AttachmentReading
from daemon.audit import AuditTrail
from daemon.events import Ingest, JudgedEvent
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaStore
from daemon.normalise import normalise
from daemon.rights.guard import PrivacyGuard
from daemon.service import OpenedAttachment, ServiceError
from tests.archive_kit import NOON, PHONE, StepClock, archive_in, id_of, root_key

from .daemon_support import REVIEWER

PICTURE = hashlib.shake_128(b"picture").digest(300_000)
LATIN = "caf\xe9".encode("latin-1")


def part(number: int, *, text: bytes | None = None, blob: BlobRef | None = None, problem: str | None = None) -> MmsPart:
    kind = "image/jpeg" if text is None else "text/plain"
    return MmsPart(
        part_id=number, content_type=Untrusted(kind), name=None,
        text=None if text is None else UntrustedBytes(text), blob=blob, problem=problem,
    )  # fmt: skip


async def with_picture(archive: Archive, media: MediaStore) -> str:
    """An MMS: a picture, a text that is no UTF-8, a part that could not be read. Its event's id."""
    blob = await media.open(PHONE, Source.MMS, "part1")
    await blob.write(PICTURE)
    row = MmsRow(
        provider_id=1, date_s=round(NOON.timestamp()), date_sent_s=0, box=1, message_type=132, subject=None,
        thread_id=None, read=None, sub_id=None, addresses=(),
        parts=(part(1, blob=await blob.finish()), part(2, text=LATIN), part(3, problem="unreadable")),
    )  # fmt: skip
    record = RawRecord(source=Source.MMS, source_key="1", row=row, collected_at=NOON)
    event = normalise(record, PHONE)
    ingest = Ingest(
        device=PHONE, source=Source.MMS, judged=(JudgedEvent(event=event, verdicts=()),), absent_keys=(),
        cursor=Cursor("1"), is_caught_up=True,
    )  # fmt: skip
    await archive.ingest(ingest)
    return id_of(event, archive.tokens)


async def content(opened: OpenedAttachment) -> bytes:
    return b"".join([chunk async for chunk in opened.chunks])


async def test_an_attachment_is_opened_with_its_reason_in_the_audit(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        media = MediaStore(tmp_path / "media", OneShelf(MediaKeys(root_key())), clock=StepClock())
        reading = AttachmentReading(archive, AuditTrail(archive, root_key()), media, PrivacyGuard(archive))
        event_id = await with_picture(archive, media)
        opened = await reading.opened(REVIEWER, event_id, 1, " 客户投诉 ")
        (entry,) = await archive.audit_entries(limit=5)
        assert (entry.actor, entry.action, entry.target) == ("reviewer", "attachments.open", f"{event_id} attachment=1")
        assert (entry.reason, entry.outcome) == ("客户投诉", "ok")
        assert (opened.size_bytes, opened.sha256) == (len(PICTURE), hashlib.sha256(PICTURE).hexdigest())
        assert await content(opened) == PICTURE
        text = await reading.opened(REVIEWER, event_id, 2, "why")
        assert await content(text) == LATIN
        assert text.sha256 == hashlib.sha256(LATIN).hexdigest()

        with pytest.raises(ServiceError) as never_read:
            await reading.opened(REVIEWER, event_id, 3, "why")
        assert never_read.value.code == "attachment.unavailable"
        assert (await archive.audit_entries(limit=1))[0].outcome == "unavailable"
        for number, code in ((4, "attachment.not_found"), (0, "attachment.not_found")):
            with pytest.raises(ServiceError) as unknown:
                await reading.opened(REVIEWER, event_id, number, "why")
            assert unknown.value.code == code
        with pytest.raises(ServiceError) as nothing:
            await reading.opened(REVIEWER, "ev_" + "a" * 26, 1, "why")
        assert nothing.value.code == "event.not_found"
        with pytest.raises(ServiceError) as no_reason:
            await reading.opened(REVIEWER, event_id, 1, "  ")
        assert no_reason.value.code == "reveal.reason_missing"
        assert len(await archive.audit_entries(limit=50)) == 3

        shutil.rmtree(tmp_path / "media" / "blobs")
        with pytest.raises(ServiceError) as damaged:
            await content(await reading.opened(REVIEWER, event_id, 1, "why"))
        assert (damaged.value.code, damaged.value.exit_code) == ("attachment.damaged", ExitCode.INTEGRITY)
        assert isinstance(damaged.value.__cause__, IntegrityError)
        media.close()
