"""Files into the archive of a phone: new once, never twice, never what the phone gave itself; broken ones keep what was
whole."""

import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adb_bridge.records import CallRow, Cursor, RawRecord, Source, Untrusted
from crypto.sealed_keys import MediaKeys
from daemon.api.importing import ImportKind, ImportReport
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.attachments import attachments_of
from daemon.bus import Bus
from daemon.event_told import told_by
from daemon.events import Direction, Event, EventKind, Ingest, JudgedEvent
from daemon.importing.importer import Importer, ImporterParts, ImportOrder
from daemon.importing.kinds import UnknownFormatError
from daemon.judge import Judge
from daemon.media_shelves import OneShelf
from daemon.media_store import MediaStore
from daemon.normalise import normalise
from daemon.outbox import Outbox
from daemon.rules import engine_of
from tests.archive_kit import NOON, PHONE, StepClock, archive_in, root_key, sms

MS = round(NOON.timestamp() * 1000)
PICTURE = bytes(range(256)) * 40
HEAD = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


@dataclass(frozen=True)
class Given:
    """A file in memory."""

    name: str
    content: bytes
    modified_s: int | None = MS // 1000

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, len(self.content), 70_000):
            yield self.content[at : at + 70_000]


@dataclass
class Desk:
    archive: Archive
    media: MediaStore
    importer: Importer
    audited: list[tuple[str, str, str]]

    async def take(self, file: Given, kind: ImportKind = ImportKind.AUTO, *, is_check: bool = False) -> ImportReport:
        async def audit(action: str, target: str, outcome: str) -> None:
            self.audited.append((action, target, outcome))

        order = ImportOrder(device=PHONE, audit=audit, kind=kind, is_check=is_check)
        reports = [report async for report in self.importer.run(order, file)]
        assert [report.is_done for report in reports] == [False] * (len(reports) - 1) + [True]
        return reports[-1]

    async def events(self) -> list[Event]:
        """Of imports, oldest first."""
        found = await self.archive.events(EventFilter(source=Source.IMPORTED, limit=10_000))
        return [one.event for one in reversed(found)]


@contextlib.asynccontextmanager
async def desk_in(folder: Path) -> AsyncIterator[Desk]:
    async with archive_in(folder) as archive:
        clock = StepClock()
        media = MediaStore(folder / "media", OneShelf(MediaKeys(root_key())), clock=clock)
        judge = Judge(engine_of(["retail-zh"]))
        parts = ImporterParts(
            archive=archive, media=media, judge=judge, outbox=Outbox(archive, Bus()), clock=clock,
            zone=ZoneInfo("Asia/Shanghai"),
        )  # fmt: skip
        importer = Importer(parts)
        yield Desk(archive, media, importer, [])
        importer.close()
        judge.close()
        media.close()


def sms_xml(number: str = "+8613800000017", body: str = "您好", *, date_ms: int = MS, kind: int = 1) -> str:
    return (
        f'  <sms protocol="0" address="{number}" date="{date_ms}" type="{kind}" subject="null" body="{body}" '
        f'toa="null" sc_toa="null" read="1" status="-1" locked="0" date_sent="0" contact_name="(Unknown)" />\n'
    )


def mms_xml(picture: bytes = PICTURE) -> str:
    data = base64.b64encode(picture).decode()
    return (
        f'  <mms date="{MS // 1000}000" msg_box="1" address="13800000017" '
        f'sub="\u00e6\u0096\u00b0\u00e5\u00b9\u00b4" m_type="132">'
        f'<parts><part seq="-1" ct="application/smil" text="&lt;smil/&gt;" data="null"/>'
        f'<part seq="0" ct="text/plain" text="看图" cl="a.txt"/>'
        f'<part seq="0" ct="image/jpeg" name="null" cl="b.jpg" text="null" data="{data}"/></parts>'
        f'<addrs><addr address="13800000017" type="137"/>'
        f'<addr address="insert-address-token" type="151"/></addrs></mms>\n'
    )


def backup(*rows: str) -> bytes:
    comment = "<!--File Created By SMS Backup & Restore: it's fine-->"
    return f'{HEAD}{comment}\n<smses count="{len(rows)}">\n{"".join(rows)}</smses>'.encode()


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.already_imported, report.already_archived, report.refused


async def test_a_backup_becomes_judged_events_and_twice_changes_nothing(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        phone_gave = sms(1, b"phone")
        await desk.archive.ingest(
            Ingest(
                device=PHONE,
                source=Source.SMS,
                judged=(JudgedEvent(event=phone_gave, verdicts=()),),
                absent_keys=(),
                cursor=Cursor("1"),
                is_caught_up=True,
            )  # fmt: skip
        )
        file = Given(
            "sms-2026.xml",
            backup(
                sms_xml(body="加我微信 abc12345 私下给你返点 &#55357;&#56832;", kind=2),
                sms_xml(body="加我微信 abc12345 私下给你返点 &#55357;&#56832;", kind=2),
                sms_xml("13800000017", "phone"),
                mms_xml(),
                sms_xml().replace(f'date="{MS}"', 'date="yesterday"'),
            ),
        )
        checked = await desk.take(file, is_check=True)
        assert counts(checked) == (2, 1, 1, 1)
        assert await desk.events() == []
        assert not await desk.media.has(hashlib.sha256(PICTURE).hexdigest())

        report = await desk.take(file)
        assert counts(report) == (2, 1, 1, 1)
        assert (report.kind, report.records, report.problem) == (ImportKind.SMS_XML, 5, None)
        assert [(row.line, row.reason) for row in report.refused_rows] == [(8, "bad_date")]
        text, mms = await desk.events()
        assert text.body == "加我微信 abc12345 私下给你返点 😀".encode()
        assert (text.direction, text.peer, text.occurred_at) == (Direction.OUT, "+8613800000017", NOON)
        assert told_by(text).provenance == f"sms-backup-xml:{hashlib.sha256(file.content).hexdigest()}"
        assert mms.text == "新年\n看图"
        layout, words, picture = attachments_of(mms)
        assert (layout.content_type, words.text, picture.size_bytes) == ("application/smil", "看图", len(PICTURE))
        assert b"".join([chunk async for chunk in desk.media.read(picture.sha256 or "")]) == PICTURE
        assert (await desk.archive.take_outbox(10)) != ()

        size = desk.archive.ledger_size
        assert counts(await desk.take(file)) == (0, 3, 1, 1)
        assert desk.archive.ledger_size == size
        assert [action for action, _, _ in desk.audited] == ["import.check"] * 2 + ["import"] * 4
        assert desk.audited[-1][2] == "new=0 imported=3 archived=1 refused=1"
        assert all("13800000017" not in word for entry in desk.audited for word in entry)


async def test_a_broken_file_keeps_what_was_whole_and_is_finished_by_the_whole_one(tmp_path: Path) -> None:
    rows = [sms_xml(body=f"text {number}", date_ms=MS + number) for number in range(500)]
    whole = backup(*rows)
    cut = whole[: whole.index(b"text 321")]
    async with desk_in(tmp_path) as desk:
        report = await desk.take(Given("sms.xml", cut))
        assert (report.new, report.problem, report.problem_line) == (321, "truncated", 325)
        assert "truncated" in desk.audited[-1][2]
        assert counts(await desk.take(Given("sms.xml", whole))) == (179, 321, 0, 0)
        torn = whole.replace(b'body="text 400"', b'body="text 400')
        assert (await desk.take(Given("sms.xml", torn))).problem == "malformed"
        bomb = b'<!DOCTYPE smses [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><smses><sms body="&b;"/></smses>'
        assert (await desk.take(Given("sms.xml", bomb))).problem == "forbidden"


async def test_call_lists_of_every_kind_are_one_history(tmp_path: Path) -> None:
    call = CallRow(
        provider_id=7, number=Untrusted("13800000017"), date_ms=MS, duration_s=65, type=1, presentation=1,
        subscription_id=None, cached_name=None, last_modified_ms=None,
    )  # fmt: skip
    record = RawRecord(source=Source.CALL_LOG, source_key="7", row=call, collected_at=NOON)
    async with desk_in(tmp_path) as desk:
        await desk.archive.ingest(
            Ingest(
                device=PHONE,
                source=Source.CALL_LOG,
                judged=(JudgedEvent(event=normalise(record, PHONE), verdicts=()),),
                absent_keys=(),
                cursor=Cursor("1"),
                is_caught_up=True,
            )  # fmt: skip
        )
        xml = (
            f'{HEAD}<calls count="2"><call number="+8613800000017" duration="65" date="{MS}" type="1"/>'
            f'<call number="13900000029" duration="0" date="{MS + 90_500}" type="3" contact_name="老客户"/></calls>'
        )
        assert counts(await desk.take(Given("calls.xml", xml.encode()))) == (1, 0, 1, 0)
        # NOON is 20:00 in Shanghai; both calls in a list to the minute, and one of a minute twice
        table = (
            "门店通话清单\n号码,姓名,通话时间,通话时长,类型\n"
            '="13800000017",,2026/5/4 20:00,1分5秒,已接来电\n'
            "13900000029\t,老客户,2026/5/4 20:01,,未接来电\n"
            "13700000033,,2026/5/4 20:05,0,未接来电\n"
            "13700000033,,2026/5/4 20:05,0,未接来电\n"
            "1.38E+10,,2026/5/4 20:06,5,呼出\n"
        )
        file = Given("清单.csv", table.encode("gb18030"))
        report = await desk.take(file)
        assert report.kind is ImportKind.CSV_CALLS
        assert counts(report) == (2, 1, 1, 1)
        assert [(row.line, row.reason) for row in report.refused_rows] == [(7, "bad_number")]
        assert counts(await desk.take(file)) == (0, 3, 1, 1)
        assert [event.kind for event in await desk.events()] == [EventKind.CALL] * 3
        assert (await desk.events())[-1].occurred_at == datetime(2026, 5, 4, 12, 5, tzinfo=UTC)


async def test_a_recording_is_kept_once_under_any_name_and_read_by_its_name(tmp_path: Path) -> None:
    sound = hashlib.shake_128(b"call").digest(3_000_000)
    async with desk_in(tmp_path) as desk:
        first = await desk.take(Given("老客户(13900000029)_20260504200130.mp3", sound, None))
        assert (first.kind, first.new, first.read_bytes) == (ImportKind.RECORDINGS, 1, len(sound))
        (event,) = await desk.events()
        assert (event.kind, event.peer) == (EventKind.RECORDING, "13900000029")
        assert event.occurred_at == datetime(2026, 5, 4, 12, 1, 30, tzinfo=UTC)
        (attachment,) = attachments_of(event)
        assert b"".join([chunk async for chunk in desk.media.read(attachment.sha256 or "")]) == sound
        again = await desk.take(Given("copy.mp3", sound))
        assert counts(again) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("notes.txt", b"hello", ImportKind.AUTO),
        ("a.xml", b"<html></html>", ImportKind.AUTO),
        ("a.xml", backup(), ImportKind.CALLS_XML),
        ("a.csv", b"number,date\n1,2\n", ImportKind.CSV_MESSAGES),
        ("a.bin", bytes(5000), ImportKind.AUTO),
        ("a.csv", b"number,date\n1,2\n", ImportKind.RECORDINGS),
    ],
)
async def test_what_it_is_not_is_refused_before_anything_is_kept(
    tmp_path: Path, name: str, content: bytes, kind: ImportKind
) -> None:
    async with desk_in(tmp_path) as desk:
        with pytest.raises(UnknownFormatError):
            await desk.take(Given(name, content), kind)
        assert desk.audited == []
