"""No text of a phone, number or address gets through the log, by whatever field it comes."""

import io
import json

import pytest

from daemon.logs import DeviceTokens, configure_logs, log_for, only_allowed


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
