"""What is private is kept as a count: by the judge, the archive and the readers, whatever was there before."""

from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import CollectedBatch, Cursor, RawRecord, Source
from daemon.api.rights import RequestKind, SubjectKind
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.errors import IllegalTransitionError, RecordNotFoundError
from daemon.archive.records import ArchivedEvent
from daemon.archive.requests import ArchivedRequest, RequestDraft
from daemon.events import UNCOLLECTED
from daemon.judge import Judge, Urgency
from daemon.rights.guard import PrivacyGuard

from ..archive_kit import NOON, PHONE, archive_in, sms_record
from .daemon_support import core_rules

NUMBER, OTHER = b"13800000017", b"13900000028"
KICKBACK = "回扣转我个人卡，别走公司账".encode()


async def objection(archive: Archive) -> ArchivedRequest:
    draft = RequestDraft(
        kind=RequestKind.OBJECTION,
        subject_kind=SubjectKind.CUSTOMER,
        subject="138****0017",
        subject_token=archive.tokens.of_number("+8613800000017"),
        received_at=NOON,
        due_at=NOON + timedelta(days=15),
        channel="letter",
        note=None,
        recorded_by="admin",
    )
    return await archive.requests.add(draft)


class Shop:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.guard = PrivacyGuard(archive)
        self.judge = Judge(core_rules(), self.guard.collected)
        self._cursor = 0

    async def collect(self, *records: RawRecord) -> None:
        self._cursor += 1
        batch = CollectedBatch(
            source=Source.SMS, records=records, absent=(), cursor=Cursor(str(self._cursor)), is_caught_up=True
        )
        await self.archive.ingest(await self.judge.judge(PHONE, batch, {}, Urgency.LIVE))

    async def by_key(self) -> dict[str, ArchivedEvent]:
        events = await self.archive.events(EventFilter())
        assert len({one.event.source_key for one in events}) == len(events)
        return {one.event.source_key: one for one in events}


async def test_new_records_of_a_private_peer_are_counted_and_old_ones_stay_as_they_were(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        shop = Shop(archive)
        before = sms_record(1, "取货".encode(), address=NUMBER)
        await shop.collect(before)
        request = await objection(archive)
        await archive.privacy.mark(request.request_id, conversation=None, actor="admin", reason="asked")
        await shop.guard.load()
        alerts = (await archive.counts()).open_alerts
        await shop.collect(before, sms_record(2, KICKBACK, address=NUMBER), sms_record(3, "早".encode(), address=OTHER))
        await shop.collect(sms_record(2, KICKBACK, address=NUMBER))
        events = await shop.by_key()
        assert set(events) == {"1", "2", "3"}
        old, private, other = events["1"], events["2"], events["3"]
        assert (old.event.text, old.replaced_by, old.absent_since) == ("取货", None, None)
        assert (private.event.text, private.event.body, private.event.peer, private.event.peer_key) == (
            "", None, None, None,
        )  # fmt: skip
        assert (private.conversation, private.event.attributes) == ("", UNCOLLECTED)
        assert private.event.occurred_at.hour == 0
        assert other.event.text == "早"
        assert (await archive.counts()).open_alerts == alerts
        assert await archive.present_ids(PHONE, Source.SMS, 0, 10) == {1, 2, 3}
        shown = shop.guard.shown(old)
        assert (shown.event.text, shown.event.peer, shown.ledger_index) == ("", None, old.ledger_index)

        await archive.privacy.lift(request.request_id, conversation=None, actor="admin", reason="again")
        await shop.guard.load()
        await shop.collect(sms_record(4, KICKBACK, address=NUMBER))
        assert (await shop.by_key())["4"].event.body == KICKBACK
        assert (await archive.verify()).ok


async def test_one_conversation_is_private_and_the_same_number_elsewhere_is_not(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        shop = Shop(archive)
        await shop.collect(sms_record(1, "家里的事".encode(), address=NUMBER))
        (known,) = await archive.events(EventFilter())
        request = await objection(archive)
        with pytest.raises(RecordNotFoundError):
            await archive.privacy.mark(request.request_id, conversation="cv_x", actor="a", reason="r")
        await archive.privacy.mark(request.request_id, conversation=known.conversation, actor="a", reason="family")
        await shop.guard.load()
        assert shop.guard.is_private(known.event)
        (marks,) = [await archive.privacy.marks()]
        assert (len(marks.peers), len(marks.conversations)) == (0, 1)
        access = await archive.requests.add(
            RequestDraft(
                kind=RequestKind.ACCESS, subject_kind=SubjectKind.EMPLOYEE, subject="x", subject_token=None,
                received_at=NOON, due_at=NOON, channel="-", note=None, recorded_by="a",
            )
        )  # fmt: skip
        with pytest.raises(IllegalTransitionError):
            await archive.privacy.mark(access.request_id, conversation=known.conversation, actor="a", reason="r")
        assert len((await archive.privacy.marks()).conversations) == 1
