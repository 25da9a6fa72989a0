"""A log of heads that was removed is told by `run` and `doctor`, and can be written anew, which the audit says."""

import asyncio
from pathlib import Path

import pytest

from crypto.database import OpenMode, open_database
from crypto.head_log import HeadLog
from crypto.keys import Purpose
from daemon.api.requests import AuditQuery
from daemon.cli.narration import texts_for
from daemon.cli.standing import tell_standing
from daemon.main import main
from tests.backup_kit import Shop, filled, new_shop

from .daemon_support import OWNER, quick_config, running


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    one = new_shop(tmp_path)
    for start in (1, 4, 7):
        asyncio.run(filled(one, range(start, start + 3)))
    return one


async def missing(shop: Shop) -> bool:
    archive = shop.archive()
    try:
        return await archive.are_heads_missing()
    finally:
        await archive.close()


def test_what_is_missing_outside_is_seen(shop: Shop) -> None:
    log = shop.paths.heads
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    assert len(lines) >= 4 and not asyncio.run(missing(shop))
    log.write_bytes(b"".join(lines[:-1]))
    assert not asyncio.run(missing(shop)), "the newest was on its way"
    log.write_bytes(b"".join(lines[:-3]))
    assert asyncio.run(missing(shop))
    for cut in (b"".join(lines[2:]), b""):
        log.write_bytes(cut)
        assert asyncio.run(missing(shop))
        assert asyncio.run(missing(shop)), "a start that adds the newest head does not hide it"
    log.unlink()
    assert asyncio.run(missing(shop))
    log.write_bytes(whole)
    assert not asyncio.run(missing(shop))


def test_it_is_written_anew_from_the_archive_and_audited(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    where = ("--state", str(shop.paths.root), "--key-file", str(shop.secret.path), "--lang", "en")
    whole = len(HeadLog(shop.paths.heads).read_all().heads)
    shop.paths.heads.unlink()
    assert main(["verify", *where]) == 11
    assert "shopwardend heads rebuild" in capfd.readouterr().err
    assert main(["heads", "rebuild", *where]) == 0
    assert "only heads that left the shop" in capfd.readouterr().err
    assert len(HeadLog(shop.paths.heads).read_all().heads) > whole
    assert main(["verify", *where]) == 0

    async def newest() -> tuple[str, str]:
        archive = shop.archive()
        try:
            (entry,) = await archive.audit_entries(limit=1)
            return entry.action, entry.target
        finally:
            await archive.close()

    assert asyncio.run(newest()) == ("heads.rebuild", f"heads={whole}")


def test_nothing_is_written_anew_over_what_contradicts(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    where = ("--state", str(shop.paths.root), "--key-file", str(shop.secret.path), "--lang", "en")
    older = shop.paths.archive.read_bytes()
    asyncio.run(filled(shop, range(20, 22)))
    lines = shop.paths.heads.read_bytes().splitlines(keepends=True)
    for path in shop.paths.root.glob("archive.db*"):
        path.unlink()
    shop.paths.archive.write_bytes(older)
    shop.paths.heads.write_bytes(lines[-1])
    assert main(["heads", "rebuild", *where]) == 11
    assert "heads.log was left as it is" in capfd.readouterr().err
    assert shop.paths.heads.read_bytes() == lines[-1]
    assert not list(shop.paths.root.glob("heads.log.*"))
    with open_database(shop.paths.archive, shop.keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM events WHERE ledger_index = (SELECT min(ledger_index) FROM events)")
    shop.paths.heads.unlink()
    assert main(["heads", "rebuild", *where]) == 11


async def test_run_and_doctor_say_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with running(tmp_path, quick_config()) as service:
        for _ in range(3):
            await service.audit(OWNER, AuditQuery(limit=1))
        await service._archive.witnesses.sign_head()
        await service.audit(OWNER, AuditQuery(limit=1))
        await service._archive.witnesses.sign_head()
        await tell_standing(service._archive, texts_for("zh"))
        assert "heads.log" not in capsys.readouterr().err
        (tmp_path / "state/heads.log").unlink()
        line = next(check for check in (await service.health(OWNER)).checks if check.name == "archive")
        assert line.status == "fail" and "heads rebuild" in (line.advice or "")
        await tell_standing(service._archive, texts_for("zh"))
        assert "heads.log 被删除或截断" in capsys.readouterr().err
