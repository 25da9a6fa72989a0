"""The inbox: what is dropped is imported and put away; what cannot be says why; a crash in between does no harm."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from adb_bridge.clock import SystemClock
from daemon.api.texts import load_texts
from daemon.app import CATALOG
from daemon.importing.inbox import Inbox, InboxPace, InboxParts
from daemon.logs import log_for
from daemon.supervise import supervise
from tests.archive_kit import OTHER_PHONE, PHONE, enrolment

from .test_import_pipeline import Desk, backup, desk_in, sms_xml

TEXTS = {language: load_texts(language, CATALOG) for language in ("en", "zh")}
QUICK = InboxPace(settle_s=0.2, empty_s=0.4, look_s=5, retry_s=0.5)


@contextlib.asynccontextmanager
async def watched(folder: Path, desk: Desk) -> AsyncIterator[Path]:
    """A running inbox."""
    clock = SystemClock()
    inbox = Inbox(
        folder / "inbox",
        InboxParts(importer=desk.importer, archive=desk.archive, clock=clock, texts=TEXTS, zone=None),
        QUICK,
    )
    task = asyncio.create_task(supervise(inbox.run, clock=clock, log=log_for("test"), wake=asyncio.Event()))
    try:
        await found(folder, "inbox")
        yield folder / "inbox"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def found(folder: Path, pattern: str) -> Path:
    """The first path that fits, once it is there."""
    async with asyncio.timeout(8):
        while not (paths := sorted(folder.glob(pattern))):
            await asyncio.sleep(0.02)
    return paths[0]


async def test_dropped_files_are_imported_and_put_away(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk, watched(tmp_path, desk) as inbox:
        (inbox / PHONE / "old" / "phone").mkdir(parents=True)
        content = backup(sms_xml(), sms_xml(body="second"))
        growing = inbox / PHONE / "old" / "phone" / "sms.xml"
        (inbox / PHONE / ".hidden.xml").write_bytes(content)
        (inbox / PHONE / "later.xml.part").write_bytes(content)
        (inbox / PHONE / "link.xml").symlink_to("/etc/hostname")
        with growing.open("wb") as file:
            for at in range(0, len(content), len(content) // 4 + 1):
                file.write(content[at : at + len(content) // 4 + 1])
                file.flush()
                await asyncio.sleep(0.1)
        done = await found(inbox, f"done/*/{PHONE}/old/phone/sms.xml")
        assert done.read_bytes() == content
        async with asyncio.timeout(8):
            while (inbox / PHONE / "old").exists():  # empty folders go after their file
                await asyncio.sleep(0.02)
        assert len(await desk.events()) == 2
        assert {path.name for path in (inbox / PHONE).iterdir()} == {".hidden.xml", "later.xml.part", "link.xml"}
        entries = await desk.archive.audit_entries(limit=5)
        assert {(entry.actor, entry.action, entry.reason) for entry in entries} == {("daemon", "import", "inbox")}

        # as after a kill between import and move: the same file once more
        size = desk.archive.ledger_size
        growing = inbox / PHONE / "sms.xml"
        growing.write_bytes(content)
        await found(inbox, f"done/*/{PHONE}/sms.xml")
        growing.write_bytes(content)
        await found(inbox, f"done/*/{PHONE}/sms.2.xml")
        assert len(await desk.events()) == 2
        assert desk.archive.ledger_size == size + 4  # two entries of the audit each


async def test_a_file_that_cannot_be_moved_is_imported_once_and_never_leaves_through_a_link(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk, watched(tmp_path, desk) as inbox:
        (tmp_path / "elsewhere").mkdir()
        (inbox / "done").symlink_to(tmp_path / "elsewhere")
        (inbox / PHONE).mkdir()
        name = "通" * 83 + ".xml"  # no longer name is possible, with a note beside it neither
        (inbox / PHONE / name).write_bytes(backup(sms_xml(), sms_xml().replace('type="1"', 'type="?"')))
        async with asyncio.timeout(8):
            while len(await desk.archive.audit_entries(limit=10)) < 2:
                await asyncio.sleep(0.02)
        await asyncio.sleep(QUICK.retry_s * 3)
        assert len(await desk.archive.audit_entries(limit=10)) == 2
        assert list((tmp_path / "elsewhere").iterdir()) == []
        (inbox / "done").unlink()
        moved = await found(inbox, f"done/*/{PHONE}/通*.xml")
        assert moved.name == name and "line 5" in next(moved.parent.glob("*.txt")).read_text()
        assert len(await desk.archive.audit_entries(limit=10)) == 2


async def test_what_cannot_be_imported_says_why_in_both_languages(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk, watched(tmp_path, desk) as inbox:
        await desk.archive.add_enrolment(enrolment(OTHER_PHONE, scope=("sms",)))
        content = backup(sms_xml(), sms_xml().replace('type="1"', 'type="?"'))
        names = {
            "loose.xml": ("loose.xml", content, "inbox.no_folder"),
            "stranger": ("NOBODY1/sms.xml", content, "inbox.not_enrolled"),
            "out of scope": (f"{OTHER_PHONE}/sms.xml", content, "error.import.not_in_scope.message"),
            "unknown": (f"{PHONE}/notes.txt", b"hello", "error.import.unknown_format.message"),
            "empty": (f"{PHONE}/empty.xml", b"", "error.import.empty.message"),
        }
        for name, data, _ in names.values():
            (inbox / name).parent.mkdir(exist_ok=True)
            (inbox / name).write_bytes(data)
        (inbox / PHONE / "cut.xml").write_bytes(content[:-20])
        (inbox / PHONE / "some.xml").write_bytes(content)
        for name, data, key in names.values():
            failed = await found(inbox, f"failed/*/{name}")
            assert failed.read_bytes() == data
            note = failed.with_name(f"{failed.name}.txt").read_text()
            assert all(TEXTS[language].get(key) in note for language in ("en", "zh"))
        cut = (await found(inbox, f"failed/*/{PHONE}/cut.xml.txt")).read_text()
        assert "ends too early" in cut and "不完整" in cut and "1 new" in cut
        some = (await found(inbox, f"done/*/{PHONE}/some.xml.txt")).read_text()
        assert "第 5 行" in some and "line 5" in some and "+86" not in some
        assert len(await desk.events()) == 1
