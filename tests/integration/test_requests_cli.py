"""`requests`, `me`, `documents`, `incidents` and `retention` against a running daemon, in both languages, as JSON."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

import pytest

from console.main import main
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import load_texts
from daemon.archive.transaction import Transaction
from daemon.config import EmployeesSection

from ..archive_kit import PHONE, enrolment, id_of, ingest_of, sms
from .daemon_support import quick_config, running

Say = Callable[..., Awaitable[tuple[int, str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumped:
    """The clock as after a jump of years."""

    row_count: ClassVar[int] = 1
    is_collected: ClassVar[bool] = False

    def apply(self, transaction: Transaction) -> None:
        transaction.database.execute("UPDATE retention_clock SET wait_ms = -1000").close()


@pytest.mark.parametrize(
    "arguments",
    [
        ["requests", "add", "--kind", "access"],
        ["requests", "answer", "rq_1", "--reason", "x", "--outcome", "perhaps"],
        ["documents", "assessment", "accept", "one", "--reason", "x"],
        ["me", "ask"],
        ["requests", "extend", "rq_1", "--reason", " "],
    ],
)
def test_wrong_use_is_refused_before_the_daemon_is_asked(
    arguments: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main([*arguments, "--lang", "en", "--state", str(tmp_path)])
    except SystemExit as left:
        code = int(left.code or 0)
    assert code == ExitCode.USAGE
    assert capfd.readouterr().err.startswith("error:")


async def test_a_shop_answers_people_from_the_command_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWARDEN_STRICT_TEXTS", "1")
    monkeypatch.setattr("console.main.load_texts", cache(load_texts))
    config = replace(quick_config(), employees=EmployeesSection(accounts={"王店员": os.geteuid()}))

    async def say(*arguments: str) -> tuple[int, str, str]:
        state = str(tmp_path / "state")
        code = await asyncio.to_thread(main, [*arguments, "--state", state])
        out, err = capfd.readouterr()
        # the daemon of this process logs there as well
        return code, "\n".join(line for line in out.splitlines() if " task=" not in line), err

    async with running(tmp_path, config) as service:
        archive = service._archive  # noqa: SLF001
        await archive.add_enrolment(replace(enrolment(), employee="王店员"))
        message = sms(1, "手镯".encode(), address=b"13800000017", at=datetime.now(UTC))
        await archive.ingest(ingest_of([message]))
        add = ("requests", "add", "--subject", "customer:138 0000 0017", "--received", "2h", "--channel", "信件")
        code, out, _ = await say(*add, "--kind", "deletion", "--json")
        (request,) = json.loads(out)["items"]
        assert (code, request["subject"], request["state"]) == (0, "138****0017", "received")
        rq = request["request_id"]

        code, out, err = await say("requests", "list", "--lang", "zh")
        assert (code, "138****0017" in out, "删除" in out) == (0, True, True)
        code, out, err = await say("requests", "reach", rq, "--lang", "en")
        assert (code, "1 records; 1 would go, 0 are held." in err, PHONE in out) == (0, True, True)
        assert (await say("requests", "assign", rq, "--to", "店长"))[0] == 0
        assert (await say("requests", "note", rq, "--text", "called"))[0] == 0
        assert (await say("requests", "extend", rq, "--reason", "many records"))[0] == 0
        assert (await say("requests", "erase", rq, "--reason", "asked"))[0] == 0
        code, _, err = await say("requests", "approve", rq, "--reason", "yes", "--lang", "en")
        assert (code, "--yes" in err) == (ExitCode.USAGE, True)
        code, _, err = await say("requests", "approve", rq, "--reason", "yes", "--yes", "--lang", "en")
        assert (code, "does not decide" in err) == (ExitCode.NOT_PERMITTED, True)
        answer = ("requests", "answer", rq, "--outcome", "refused", "--reason", "a contract needs it")
        assert (await say(*answer))[0] == 0
        assert (await say("requests", "close", rq, "--reason", "done"))[0] == 0
        code, out, _ = await say("requests", "show", rq, "--lang", "zh")
        assert (code, "已关闭" in out, "延长" in out) == (0, True, True)

        _, out, _ = await say(*add, "--kind", "objection", "--json")
        rq = json.loads(out)["items"][0]["request_id"]
        assert (await say("requests", "mark", rq, "--reason", "asked"))[0] == 0
        assert (await say("requests", "lift", rq, "--reason", "asked"))[0] == 0
        _, out, _ = await say(*add, "--kind", "correction", "--json")
        rq = json.loads(out)["items"][0]["request_id"]
        assert (await say("requests", "correct", rq, id_of(message, archive.tokens), "--text", "项链"))[0] == 0

        assert (await say("search", "手镯"))[0] == 0
        code, out, _ = await say("me", "--lang", "zh")
        assert (code, "王店员" in out, "消息" in out) == (0, True, True)
        assert ("搜索或浏览记录" in out, "events.search" in out) == (True, False)
        assert (await say("me", "acknowledge"))[0] == 0
        _, out, _ = await say("me", "ask", "--kind", "copy", "--json")
        rq = json.loads(out)["items"][0]["request_id"]
        code, _, err = await say("requests", "copy", rq, "--output", str(tmp_path / "c.zip"), "--lang", "en")
        assert (code, (tmp_path / "c.zip").exists()) == (ExitCode.NOT_PERMITTED, False)

        code, out, _ = await say("documents", "assessment", "template", "--language", "en")
        assert (code, "text messages" in out) == (0, True)
        (tmp_path / "paper.txt").write_text(out.replace("[complete", "done"), encoding="utf-8")
        new = await say("documents", "assessment", "new", "--file", str(tmp_path / "paper.txt"), "--json")
        assert (new[0], json.loads(new[1])["items"][0]["version"]) == (0, 1)
        assert (await say("documents", "assessment", "accept", "1", "--reason", "heard the staff"))[0] == 0
        for listing in (
            ("documents",),
            ("documents", "assessment"),
            ("documents", "notices"),
            ("incidents",),
            ("requests",),
        ):
            assert (await say(*listing, "--lang", "en"))[0] == 0
        code, out, _ = await say("incidents", "add", "--what", "phone lost", "--noticed", "1h", "--json")
        incident = json.loads(out)["items"][0]["incident_id"]
        assert (await say("incidents", "note", incident, "--text", "x", "--told", "authority"))[0] == 0
        assert "authority" in (await say("incidents", "show", incident, "--lang", "en"))[1]
        assert "phone lost" in (await say("incidents", "template", incident))[1]
        assert (await say("incidents", "close", incident, "--reason", "found"))[0] == 0

        code, out, _ = await say("unlock", "--status", "--json")
        assert (code, json.loads(out)["items"][0]["is_sealed"]) == (0, False)
        place = ("holds", "add", "--reason", "case 7", "--until", f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}")
        conversation = archive.conversation(PHONE, "+8613800000017")
        for narrowed, known in (
            (("--device", "NOSUCH"), False), (("--employee", "王店"), False), (("--conversation", "cv_typo"), False),
            (("--device", PHONE, "--employee", "王店员", "--conversation", conversation), True),
        ):  # fmt: skip
            assert (await say(*place, *narrowed))[0] == (0 if known else ExitCode.NOT_FOUND)

        await archive.retention_clock.look(0.0)
        run = ("retention", "run", "--reason", "x")
        confirm = ("retention", "confirm-clock", "--reason", "looked at the wall")
        assert "没有到期的周" in (await say("retention", "--lang", "zh"))[2]
        assert "No week is over its time" in (await say(*run, "--check", "--lang", "en"))[2]
        assert "未删除任何内容" in (await say(*run, "--yes", "--lang", "zh"))[2]
        assert "无需确认" in (await say(*confirm, "--lang", "zh"))[2]
        assert "retention.clock" not in {one.action for one in await archive.audit_entries(limit=50)}
        await archive._write(Jumped())  # noqa: SLF001
        assert "jumped by more than 60 days" in (await say("retention", "--lang", "en"))[2]
        assert "Confirmed" in (await say(*confirm, "--lang", "en"))[2]
        assert "retention.clock" in {one.action for one in await archive.audit_entries(limit=50)}
