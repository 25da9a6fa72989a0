"""Every subcommand against the real API server: what it prints, and how it ends."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.api.exit_codes import ExitCode
from daemon.api.wire import AlertStatus, CommandState, HealthCheck, Role
from daemon.service import ServiceError

from .api_host import hosted
from .cli_runner import shopwarden
from .fake_service import HOSTILE, NOW, OTHER, SERIAL, FakeService, alert, device, event

DEVICE_FIELDS = {
    "serial", "name", "employee", "state", "availability", "last_seen_at", "battery_pct", "profile", "capabilities",
    "pending_commands",
}  # fmt: skip
EVENT_FIELDS = {
    "event_id", "device", "kind", "source", "source_key", "occurred_at", "received_at", "direction", "peer",
    "conversation", "body", "attachments", "absent_since",
}  # fmt: skip
ALERT_FIELDS = {
    "alert_id", "event_id", "device", "rule_id", "title", "category", "severity", "status", "raised_at", "evidence",
}  # fmt: skip


async def test_devices(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        as_json, as_lines, table, chinese, one, none = await asyncio.gather(
            shopwarden(tmp_path, "devices", "--json"),
            shopwarden(tmp_path, "--jsonl", "devices", "list"),
            shopwarden(tmp_path, "devices"),
            shopwarden(tmp_path, "--lang", "zh", "devices"),
            shopwarden(tmp_path, "devices", "show", SERIAL),
            shopwarden(tmp_path, "devices", "show", "nobody"),
        )
    assert set(as_json.items[0]) >= DEVICE_FIELDS
    assert as_json.items[0]["name"] == SERIAL
    assert [json.loads(line) for line in as_lines.out.splitlines()] == as_json.items
    header, first, second = table.out.splitlines()
    assert header.startswith("SERIAL")
    assert SERIAL in first and "王小明" in first and "not enrolled" in second
    assert chinese.out.splitlines()[0].startswith("序列号") and "未登记" in chinese.out
    assert "Tap Allow in Settings" in one.out and "permission_denied" in one.out
    assert (none.code, none.out) == (ExitCode.NOT_FOUND, "")
    assert none.err.startswith("error: ") and "\nhint: " in none.err
    assert {ran.code for ran in (as_json, as_lines, table, chinese, one)} == {0}
    assert {ran.err for ran in (as_json, as_lines, table, chinese, one)} == {""}


async def test_columns_line_up_by_terminal_cells(tmp_path: Path) -> None:
    service = FakeService(known_devices=[device("A", employee="王小明"), device("B", employee="Bob"), device("C" * 20)])
    async with hosted(tmp_path, service=service):
        ran = await shopwarden(tmp_path, "devices", "--lang", "zh")
    from wcwidth import wcswidth

    starts = {wcswidth(line[: line.index("在线")]) for line in ran.out.splitlines()[1:]}
    assert len(starts) == 1


async def test_connecting(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        good, bad, gone = await asyncio.gather(
            shopwarden(tmp_path, "devices", "connect", "192.168.1.20:5555"),
            shopwarden(tmp_path, "devices", "connect", "10.0.0.1:5555", "--json"),
            shopwarden(tmp_path, "devices", "disconnect", "192.168.1.20:5555"),
        )
        assert (good.code, bad.code, gone.code) == (ExitCode.OK, ExitCode.ADB, ExitCode.OK)
        assert bad.items == [{"address": "10.0.0.1:5555", "outcome": "failed"}]
        assert ("disconnect 192.168.1.20:5555") in [name for name, _ in host.service.calls]


async def test_enrolling_needs_the_acknowledgement(tmp_path: Path) -> None:
    enrol = ("enrol", OTHER, "--employee", "李雷", "--notice-version", "2026-01")
    async with hosted(tmp_path) as host:
        without, blank = await asyncio.gather(
            shopwarden(tmp_path, *enrol), shopwarden(tmp_path, *enrol, "--acknowledged-by", " ")
        )
        assert (without.code, blank.code) == (ExitCode.USAGE, ExitCode.USAGE)
        assert "--acknowledged-by" in without.err and "acknowledgement" in blank.err
        assert host.service.calls == []
        done = await shopwarden(tmp_path, *enrol, "--acknowledged-by", "李雷", "--scope", "sms, contacts", "--json")
        assert done.items[0]["scope"] == ["sms", "contacts"]
        ended, again = (
            await shopwarden(tmp_path, "unenrol", OTHER, "--reason", "returned"),
            await shopwarden(tmp_path, "unenrol", OTHER, "--reason", "returned"),
        )
        assert (ended.code, again.code) == (ExitCode.OK, ExitCode.NOT_FOUND)
        assert "ended" in ended.err


async def test_events_and_their_filters(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        everything, two, since, ancient, table, nothing, bad = await asyncio.gather(
            shopwarden(tmp_path, "events", "--json"),
            shopwarden(tmp_path, "events", "--limit", "2", "--jsonl"),
            shopwarden(tmp_path, "events", "--since", "2026-03-01T17:30:03+08:00", "--json"),
            shopwarden(tmp_path, "events", "--since", "100000w", "--device", SERIAL, "--kind", "sms", "--json"),
            shopwarden(tmp_path, "events", "--lang", "zh"),
            shopwarden(tmp_path, "events", "--device", "nobody"),
            shopwarden(tmp_path, "events", "--since", "someday"),
        )
    assert set(everything.items[0]) >= EVENT_FIELDS
    assert [item["ledger_index"] for item in everything.items] == [4, 3, 2, 1, 0]
    assert len(two.out.splitlines()) == 2
    assert len(since.items) == 2
    assert len(ancient.items) == 5
    assert "消息" in table.out and "发生时间" in table.out
    assert (nothing.code, nothing.out) == (0, "") and nothing.err == "No event fits.\n"
    assert bad.code == ExitCode.USAGE and "someday" in bad.err


async def test_more_than_one_page(tmp_path: Path) -> None:
    service = FakeService(known_events=[event(index) for index in range(2500)])
    async with hosted(tmp_path, service=service) as host:
        many, all_of_them = await asyncio.gather(
            shopwarden(tmp_path, "events", "--limit", "2200", "--jsonl"),
            shopwarden(tmp_path, "events", "--limit", "9999", "--json"),
        )
        assert [json.loads(line)["ledger_index"] for line in many.out.splitlines()] == list(range(2499, 299, -1))
        assert len(all_of_them.items) == 2500
        assert len(host.service.calls) == 3 + 4


async def test_search_shows_what_matched(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        table, as_json, none = await asyncio.gather(
            shopwarden(tmp_path, "search", "手镯", "--limit", "1"),
            shopwarden(tmp_path, "search", "手镯", "--json"),
            shopwarden(tmp_path, "search", "no", "such"),
        )
    assert "这款«手镯»多少钱" in table.out
    assert as_json.items[0]["matched"] == [{"start": 7, "end": 9}]
    assert (none.code, none.out) == (0, "") and "Nothing found" in none.err


async def test_revealing_needs_a_reason_and_the_right(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        for arguments in (("--reveal",), ("--reveal", "--reason", " "), ("--reason", "x")):
            assert (await shopwarden(tmp_path, "events", *arguments)).code == ExitCode.USAGE
        assert host.service.calls == []
        ran = await shopwarden(tmp_path, "events", "--limit", "1", "--reveal", "--reason", "客户投诉", "--json")
        assert ran.items[0]["peer"] == "13800000001" and ran.items[0]["is_revealed"] is True
        assert host.service.reasons == ["客户投诉"]
        host.role = Role.ADMIN
        refused = await shopwarden(tmp_path, "events", "--reveal", "--reason", "x", "--lang", "zh")
        assert refused.code == ExitCode.NOT_PERMITTED
        assert refused.err.startswith("错误：") and "提示：" in refused.err


async def test_alerts(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        as_json, open_only, table, shown, missing = await asyncio.gather(
            shopwarden(tmp_path, "alerts", "--json"),
            shopwarden(tmp_path, "alerts", "list", "--status", "open", "--jsonl"),
            shopwarden(tmp_path, "alerts", "--lang", "zh"),
            shopwarden(tmp_path, "alerts", "show", "al_1"),
            shopwarden(tmp_path, "alerts", "show", "al_9"),
        )
        assert set(as_json.items[0]) >= ALERT_FIELDS and len(as_json.items) == 2
        assert len(open_only.out.splitlines()) == 1
        assert "待处理" in table.out and "高" in table.out
        assert "私人微信" in shown.out and missing.code == ExitCode.NOT_FOUND
        some = await shopwarden(tmp_path, "alerts", "ack", "al_1", "al_9", "--note", "在看")
        none = await shopwarden(tmp_path, "alerts", "resolve", "al_8", "al_9")
        done = await shopwarden(tmp_path, "alerts", "resolve", "al_1", "--json")
        assert (some.code, none.code, done.code) == (ExitCode.PARTIAL, ExitCode.NOT_FOUND, ExitCode.OK)
        assert "al_1" in some.out and "al_9" in some.err
        assert done.items[0]["status"] == "resolved"
        assert host.service.known_alerts[0].status.value == "resolved"
        again = await shopwarden(
            tmp_path, "alerts", "reopen", "--marked-file", "-", "--note", "看错了", "--jsonl", stdin=done.out.encode()
        )
        assert again.code == ExitCode.USAGE and "is no list" in again.err, "a document is no list of lines"
        again = await shopwarden(
            tmp_path, "alerts", "reopen", "--marked-file", "-", "--note", "看错了", "--jsonl", stdin=b"al_1\n"
        )
        assert again.code == 0
        assert host.service.known_alerts[0].status is AlertStatus.OPEN


@pytest.mark.parametrize(
    ("path", "result", "wait", "code"),
    [
        ((CommandState.SENT, CommandState.ACKNOWLEDGED), "locked", "20", ExitCode.OK),
        ((CommandState.FAILED,), "no_screen_lock", "20", ExitCode.PARTIAL),
        ((CommandState.FAILED,), "phone_timeout", "20", ExitCode.ADB),
        ((CommandState.EXPIRED,), "expired", "20", ExitCode.PARTIAL),
        ((CommandState.NOT_NOW,), "locked", "1", ExitCode.TIMEOUT),
        ((CommandState.UNKNOWN,), "locked", "1", ExitCode.TIMEOUT),
    ],
)
async def test_lock_waits_for_the_end(
    tmp_path: Path, path: tuple[CommandState, ...], result: str, wait: str, code: ExitCode
) -> None:
    service = FakeService(command_path=path, command_result=result)
    async with hosted(tmp_path, service=service):
        ran = await shopwarden(tmp_path, "lock", SERIAL, "--reason", "丢失", "--wait", wait, "--json")
    assert ran.code == code
    assert ran.items[0]["state"] == path[-1].value


async def test_lock_without_waiting_prints_id_and_state(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        plain, chinese, unknown, no_reason, again = await asyncio.gather(
            shopwarden(tmp_path, "lock", SERIAL, "--reason", "lost"),
            shopwarden(tmp_path, "lock", SERIAL, "--reason", "lost", "--lang", "zh"),
            shopwarden(tmp_path, "lock", "nobody", "--reason", "lost"),
            shopwarden(tmp_path, "lock", SERIAL),
            shopwarden(tmp_path, "refetch", SERIAL, "--reason", "gap"),
        )
        assert plain.out.startswith("cm_") and plain.out.rstrip().endswith("queued")
        assert chinese.out.rstrip().endswith("排队中")
        assert [ran.code for ran in (plain, unknown, no_reason, again)] == [0, ExitCode.NOT_FOUND, ExitCode.USAGE, 0]
        listed = await shopwarden(tmp_path, "commands", "--json")
        assert {item["verb"] for item in listed.items} == {"lock", "refetch"}
        command = str(listed.items[0]["command_id"])
        shown = await shopwarden(tmp_path, "commands", "show", command)
        cancelled = await shopwarden(tmp_path, "commands", "cancel", command, "--json")
        twice = await shopwarden(tmp_path, "commands", "cancel", command)
        missing = await shopwarden(tmp_path, "commands", "show", "cm_99")
        assert shown.out.startswith(command)
        assert cancelled.items[0]["state"] == "cancelled"
        assert (twice.code, missing.code) == (ExitCode.PARTIAL, ExitCode.NOT_FOUND)
        assert host.service.reasons.count("lost") == 3


async def test_audit_and_verify(tmp_path: Path) -> None:
    async with hosted(tmp_path) as host:
        audit, two, whole, since = await asyncio.gather(
            shopwarden(tmp_path, "audit", "--lang", "zh"),
            shopwarden(tmp_path, "audit", "list", "--limit", "2", "--json"),
            shopwarden(tmp_path, "verify"),
            shopwarden(tmp_path, "verify", "--since", "3", "--json"),
        )
        assert "客户投诉" in audit.out and "events.reveal" in audit.out and "店主" in audit.out
        assert [item["audit_id"] for item in two.items] == [5, 4]
        # Reading is audited itself: never a second time for one page.
        assert [name for name, _ in host.service.calls].count("audit") == 2
        assert whole.code == 0 and "whole" in whole.out
        assert since.items[0]["records_checked"] == 2
        host.service.verify_ok = False
        broken = await shopwarden(tmp_path, "verify", "--json")
        assert broken.code == ExitCode.INTEGRITY and broken.items[0]["first_bad"] == "ledger:3"


async def test_doctor(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "keys.json").touch()
    async with hosted(state) as host:
        host.service.known_devices = [device("A", capabilities=())]
        well = await shopwarden(state, "doctor", "--json")
        assert well.code == 0, well.out
        assert {"python", "state", "socket", "daemon", "disk", "phone"} <= {str(item["name"]) for item in well.items}
        host.service.known_devices = [device(SERIAL), device("B", last_error="adb.device_unauthorized")]
        host.service.checks = (HealthCheck(name="disk", status="warn", detail="1 GB free", advice="Free some space"),)
        ill, chinese = await asyncio.gather(
            shopwarden(state, "doctor"), shopwarden(state, "doctor", "--lang", "zh", "--json")
        )
        assert (ill.code, chinese.code) == (ExitCode.PARTIAL, ExitCode.PARTIAL)
        for words in ("Tap Allow in Settings", "Free some space", "Always allow from this computer"):
            assert words in ill.out.replace("\n  ", " ")
        assert "始终允许" in chinese.out
        host.role = Role.AUDITOR
        host.service.checks = ()
        assert (await shopwarden(state, "doctor", "--json")).code == 0
    away = await shopwarden(state, "doctor", "--json")
    assert away.code == ExitCode.UNREACHABLE
    assert {"daemon", "socket"} <= {str(item["name"]) for item in away.items if item["status"] == "fail"}


async def test_nothing_found_is_a_sentence_and_an_empty_document(tmp_path: Path) -> None:
    service = FakeService(known_devices=[], known_events=[], known_alerts=[])
    async with hosted(tmp_path, service=service):
        for command in ("devices", "events", "alerts", "commands"):
            table, as_json, lines = await asyncio.gather(
                shopwarden(tmp_path, command, "--lang", "zh"),
                shopwarden(tmp_path, command, "--json"),
                shopwarden(tmp_path, command, "--jsonl"),
            )
            assert (table.code, table.out) == (0, "") and len(table.err) > 5
            assert (as_json.items, as_json.err) == ([], "")
            assert lines.out == ""


async def test_how_failures_end(tmp_path: Path) -> None:
    away = await shopwarden(tmp_path, "devices", "--json")
    assert (away.code, away.out) == (ExitCode.UNREACHABLE, "")
    assert "shopwardend run" in away.err
    for command in (("events",), ("lock", SERIAL, "--reason", "x"), ("audit",), ("search", "x")):
        assert (await shopwarden(tmp_path, *command)).code == ExitCode.UNREACHABLE
    async with hosted(tmp_path) as host:
        host.role = None
        assert (await shopwarden(tmp_path, "devices")).code == ExitCode.NOT_PERMITTED
        host.role = Role.OWNER
        for code in (ExitCode.VAULT, ExitCode.INTEGRITY, ExitCode.MIGRATION, ExitCode.ADB):
            host.service.failing["devices"] = ServiceError("vault.disk_full", http_status=503, exit_code=code)
            assert (await shopwarden(tmp_path, "devices")).code == code


async def test_hostile_text_never_reaches_the_output_raw(tmp_path: Path) -> None:
    service = FakeService(
        known_devices=[device(SERIAL, employee=HOSTILE, profile=HOSTILE, last_error=HOSTILE)],
        known_events=[event(1, body=HOSTILE)],
        known_alerts=[alert(1, surface=HOSTILE)],
    )
    service.failing["verify"] = ServiceError(HOSTILE, http_status=409, exit_code=ExitCode.PARTIAL)
    commands = [
        ("devices",), ("devices", "show", SERIAL), ("events",), ("events", "--reveal", "--reason", "x"),
        ("search", "Row"), ("alerts",), ("alerts", "show", "al_1"), ("doctor",), ("verify",),
        ("devices", "show", HOSTILE), (HOSTILE,), ("events", "--since", HOSTILE),
    ]  # fmt: skip
    async with hosted(tmp_path, service=service):
        for form in ((), ("--json",), ("--jsonl",)):
            for ran in await asyncio.gather(*(shopwarden(tmp_path, *command, *form) for command in commands)):
                shown = (ran.out + ran.err).replace("\n", "").replace("\u3000", "")
                assert shown.isprintable(), ascii(shown)
        table, as_json = await asyncio.gather(shopwarden(tmp_path, "events"), shopwarden(tmp_path, "events", "--json"))
        assert len(table.out.splitlines()) == 2
        assert as_json.items[0]["body"] == HOSTILE


async def test_times_are_utc_with_offset(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        ran = await shopwarden(tmp_path, "events", "--json", TZ="Asia/Shanghai")
    moment = datetime.fromisoformat(str(ran.items[-1]["occurred_at"]))
    assert moment == NOW and moment.utcoffset() == datetime.now(UTC).utcoffset()
