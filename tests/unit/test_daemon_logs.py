"""No text of a phone, number or address gets through the log, by whatever field it comes."""

import io
import json

import pytest
import structlog

from daemon.logs import DeviceTokens, HoldBack, configure_logs, log_for, only_allowed


@pytest.mark.parametrize(
    "content",
    ["加我微信 wx_cool88", "13800000017", "+8613800000017", "a@b.example", "x\n\x1b]52;c;AA==\x07", "a" * 500],
)
@pytest.mark.parametrize("name", ["body", "event", "device", "code", "where"])
def test_content_is_dropped_and_counted(name: str, content: str) -> None:
    fields = only_allowed(None, "info", {name: content, "rows": 3})
    assert fields == {"rows": 3, "dropped_fields": 1}


def test_objects_are_dropped_even_under_an_allowed_name() -> None:
    fields = only_allowed(None, "info", {"code": ["13800000017"], "error": ValueError("x"), "ledger_size": 9})
    assert fields == {"ledger_size": 9, "dropped_fields": 2}


def test_a_line_is_json_with_time_level_and_task() -> None:
    stream = io.StringIO()
    configure_logs("info", stream)
    log_for("fleet").info("device.online", device="ab12cd34", body="secret")
    log_for("fleet").debug("hidden")
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["event"] == "device.online"
    assert entry["level"] == "info"
    assert entry["task"] == "fleet"
    assert entry["device"] == "ab12cd34"
    assert entry["dropped_fields"] == 1
    assert "secret" not in line


def test_device_tokens_are_stable_and_keyed() -> None:
    one, other = DeviceTokens(b"k" * 32), DeviceTokens(b"l" * 32)
    assert one.token("SN-1") == one.token("SN-1") != one.token("SN-2")
    assert one.token("SN-1") != other.token("SN-1")
    assert len(one.token("SN-1")) == 8


def told(hold_back: HoldBack, method: str = "info", **fields: object) -> dict[str, object] | None:
    try:
        return dict(hold_back(None, method, {"event": "device.state", **fields}))
    except structlog.DropEvent:
        return None


def test_a_phone_that_comes_and_goes_without_end_does_not_fill_the_log() -> None:
    now = [0.0]
    hold_back = HoldBack(lambda: now[0])
    kept = 0
    for _ in range(100_000):
        now[0] += 0.02  # 2,000 s
        kept += told(hold_back, device="aaaa", state="absent") is not None
    assert kept == 20 * 4
    assert told(hold_back, device="bbbb", state="absent") == {
        "event": "device.state", "device": "bbbb", "state": "absent",
    }  # fmt: skip
    assert told(hold_back, "debug", device="aaaa", state="absent") is not None
    now[0] += 600.0
    again = told(hold_back, device="aaaa", state="absent")
    assert again is not None
    assert isinstance(again["held_back"], int)
    assert again["held_back"] > 5_000


def test_names_without_end_do_not_fill_the_memory() -> None:
    hold_back = HoldBack(lambda: 0.0)
    for number in range(20_000):
        assert told(hold_back, device=str(number)) is not None
    assert len(hold_back._seen) <= 4_096
