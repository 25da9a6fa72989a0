"""`retention` on the command line where there is nothing to do: it says so, and records no needless confirmation."""

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest

from console.main import main
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import load_texts
from daemon.archive.transaction import Transaction

from .daemon_support import quick_config, running


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumped:
    """The clock as after a jump of years."""

    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        transaction.database.execute("UPDATE retention_clock SET wait_ms = -1000").close()


async def test_nothing_due_and_a_trusted_clock_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWARDEN_STRICT_TEXTS", "1")
    monkeypatch.setattr("console.main.load_texts", cache(load_texts))

    async def say(*arguments: str) -> str:
        code = await asyncio.to_thread(main, [*arguments, "--state", str(tmp_path / "state")])
        assert code == ExitCode.OK
        return capfd.readouterr().err

    async with running(tmp_path, quick_config()) as service:
        archive = service._archive  # noqa: SLF001
        await archive.retention_clock.look(0.0)
        assert "没有到期的周" in await say("retention", "--lang", "zh")
        assert "No week is over its time" in await say("retention", "run", "--check", "--reason", "x", "--lang", "en")
        assert "未删除任何内容" in await say("retention", "run", "--yes", "--reason", "x", "--lang", "zh")
        confirm = ("retention", "confirm-clock", "--reason", "looked at the wall")
        assert "无需确认" in await say(*confirm, "--lang", "zh")
        assert "retention.clock" not in {one.action for one in await archive.audit_entries(limit=50)}
        await archive._write(Jumped())  # noqa: SLF001
        assert "jumped by more than 60 days" in await say("retention", "--lang", "en")
        assert "Confirmed" in await say(*confirm, "--lang", "en")
        assert "retention.clock" in {one.action for one in await archive.audit_entries(limit=50)}
