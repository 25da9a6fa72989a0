"""`doctor` and `devices show`: a table for each phone, for people in both languages and for programs."""

from pathlib import Path

from .api_host import hosted
from .cli_runner import shopwarden

SERIAL = "SIM00001"


async def test_doctor_shows_each_phone_and_what_to_tap(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        told = await shopwarden(tmp_path, "doctor", "--json")
        table = await shopwarden(tmp_path, "doctor")
        chinese = await shopwarden(tmp_path, "doctor", "--lang", "zh")
    lines = {item["capability"]: item for item in told.items if item["capability"] and item["device"] == SERIAL}
    assert (lines["call_log"]["availability"], lines["call_log"]["evidence"]) == ("no", "permission_denied")
    assert (lines["call_log"]["status"], lines["sms"]["status"]) == ("warn", "ok")
    phones = {item["device"] for item in told.items if item["advice"] == "Tap Allow in Settings"}
    assert table.out.count("Tap Allow in Settings") == len(phones) > 0, "once for each phone"
    assert "the phone denies it (permission_denied)" in table.out
    assert "手机拒绝访问 (permission_denied)" in chinese.out and "通话记录" in chinese.out


async def test_one_phone_is_shown_with_its_clock(tmp_path: Path) -> None:
    async with hosted(tmp_path):
        told = await shopwarden(tmp_path, "devices", "show", SERIAL, "--json")
        table = await shopwarden(tmp_path, "devices", "show", SERIAL)
    assert set(told.items[0]) >= {"vendor", "system", "timezone", "clock_uncertainty_ms", "clock_changes"}
    assert "CLOCK" in table.out
    assert "the phone denies it" in table.out
