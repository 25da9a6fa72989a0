"""Devices: what is shown of each phone, and the lock from the key to the read-back."""

import msgspec
import pytest
from textual.widgets import Button

from console.app.access import AccessMode
from console.app.dialogs.ask import AskDialog
from daemon.api.wire import CommandRequest, CommandState, Role, Verb

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import NARROW, ROOMY, running, screen_text, settled, typed

WORDS = {
    "en": ("online", "unauthorised", "locked", "role: owner", "Seen", "crit", "Lock", "Help"),
    "zh": ("在线", "未授权调试", "已锁屏", "身份：店主", "最近在线", "紧急", "锁屏", "帮助"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_phones_are_shown_with_glyph_and_word_and_columns_drop_by_priority(language: str) -> None:
    async with running(FakeClient(language=language), language=language) as (app, pilot):
        for size in (ROOMY, NARROW, (160, 40)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            text = screen_text(app)
            for word in WORDS[language]:
                if word != "role: owner" or size == ROOMY:
                    assert word in text, (word, size)
            for phone in sample.devices(language):
                assert (phone.employee or phone.serial) in text
            assert "! 3" in text and "17%!" in text
            assert max(len(line) for line in text.splitlines()) <= size[0]
            assert ("Redmi" in text.split("──")[0]) is (size != NARROW)
            assert ("tcp 192.168.1.21" in text) is (size != NARROW)


async def test_the_panel_says_what_to_tap_and_how_to_enrol() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        client.emit_device(sample.device("SLOW", employee="Li", clock_offset_ms=-3_600_000))
        client.emit_device(sample.device("NEWPHONE"))
        await settled(pilot)
        for serial, words in (
            (sample.LIN, "call log: no · Developer options"),
            (sample.STRANGER, "tap “Allow”"),
            ("SLOW", "the phone's clock is 1h behind"),
            ("NEWPHONE", 'shopwarden enrol NEWPHONE --employee "NAME"'),
        ):
            app.stage.current.table.move_to(serial)
            await settled(pilot)
            assert words in screen_text(app), serial


async def test_lock_starts_on_cancel_and_enter_locks_nothing() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("l")
        await settled(pilot)
        text = screen_text(app)
        for word in (
            "Lock this phone?", sample.LIN, "Lin Xiaoyu", "company phone", "Last seen", "online", "read back",
            "cancelled", "Waits at most", "1d", "Why?",
        ):  # fmt: skip
            assert word in text, word
        assert app.focused is not None and app.focused.id == "cancel"
        await pilot.press("enter")
        await settled(pilot)
        assert not isinstance(app.screen, AskDialog)
        assert client.calls("command") == []


async def test_lock_needs_a_reason_and_a_moved_focus() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("l", "a", "b")
        await settled(pilot)
        assert app.screen.query_one("#confirm", Button).disabled
        assert "3 more characters" in screen_text(app)
        await pilot.press("c", "d", "e", "enter")
        assert app.focused is not None and app.focused.id == "cancel"
        await pilot.press("right", "enter")
        await settled(pilot)
        (request,) = client.calls("command")
        assert isinstance(request, CommandRequest)
        assert (request.device, request.verb, request.reason) == (sample.LIN, Verb.LOCK, "abcde")


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Lock pending", "✓ queued → … sent", "✓ sent → … acknowledged", "✓ acknowledged (read back) · locked")),
    ("zh", ("等待锁屏", "✓ 排队中 → … 已发送", "✓ 已发送 → … 已确认", "✓ 已确认（已从手机回读） · 已锁定")),
])  # fmt: skip
async def test_a_lock_is_pending_until_it_was_read_back(language: str, words: tuple[str, ...]) -> None:
    client = FakeClient(language=language)
    async with running(client, language=language) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("f6", "up")
        await typed(pilot, "abcde")
        await pilot.press("tab", "tab", "enter")
        await settled(pilot)
        text = screen_text(app)
        assert words[0] in text and words[1] in text
        queued = client.command_list[0]
        client.emit_command(msgspec.structs.replace(queued, state=CommandState.SENT))
        await settled(pilot)
        text = screen_text(app)
        assert words[0] in text and words[2] in text
        client.emit_command(
            msgspec.structs.replace(
                queued, state=CommandState.ACKNOWLEDGED, result="locked", result_text=words[3].rsplit(" ")[-1]
            )
        )
        await settled(pilot)
        text = screen_text(app)
        assert words[0] not in text and words[3] in text


async def test_an_older_answer_never_undoes_a_newer_state() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        done = sample.command(1, state=CommandState.ACKNOWLEDGED, updated_at=sample.NOW)
        client.emit_command(done)
        client.emit_command(sample.command(1, state=CommandState.SENT, updated_at=sample.ago(minutes=1)))
        await settled(pilot)
        assert app.desk.shop.commands["cm_0001"].state is CommandState.ACKNOWLEDGED


@pytest.mark.parametrize(("mode", "role", "target", "why"), [
    (AccessMode.READ_ONLY, Role.OWNER, sample.LIN, "read-only"),
    (AccessMode.FULL, Role.REVIEWER, sample.LIN, "role “reviewer”"),
    (AccessMode.FULL, Role.OWNER, sample.STRANGER, "not enrolled"),
])  # fmt: skip
async def test_why_lock_is_not_possible(mode: AccessMode, role: Role, target: str, why: str) -> None:
    client = FakeClient(role=role)
    async with running(client, mode=mode) as (app, pilot):
        app.stage.current.table.move_to(target)
        await settled(pilot)
        footer = screen_text(app).splitlines()[-1]
        assert "l Lock" not in footer and "? Help" in footer
        await pilot.press("l")
        await settled(pilot)
        assert not isinstance(app.screen, AskDialog)
        assert why in screen_text(app)
        assert client.calls("command") == []


async def test_a_refused_lock_says_so() -> None:
    client = FakeClient()
    client.errors["command"] = refused()
    async with running(client) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("l", "up")
        await typed(pilot, "abcde")
        await pilot.press("tab", "tab", "enter")
        await settled(pilot)
        assert "Your role may not do this." in screen_text(app)
        assert "Lock pending" not in screen_text(app)


async def test_cursor_stays_on_its_phone_while_others_come_and_go() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        rows = app.stage.current.table
        rows.move_to(sample.ZHOU)
        client.emit_device(sample.device("AAAA", employee="Aa First"))
        client.emit_device(msgspec.structs.replace(client.device_list[0], battery_pct=9))
        await settled(pilot)
        assert rows.key == sample.ZHOU
        assert "9%!" in screen_text(app)


async def test_filter_finds_by_word_and_key() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("slash")
        await typed(pilot, "state:offline")
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert (
            "He Jia" in text and "Zhou Min" not in text and "phones: 1 of 4" in text and "filter: state:offline" in text
        )
        await pilot.press("escape")
        await settled(pilot)
        assert "Zhou Min" in screen_text(app)
        await pilot.press("ctrl+f")
        await typed(pilot, "nobody")
        await pilot.press("enter")
        await settled(pilot)
        assert "Nothing fits the filter" in screen_text(app)
        await pilot.press("slash")
        await typed(pilot, "x:y")
        await pilot.press("enter")
        await settled(pilot)
        assert "no filter “" in screen_text(app)


async def test_enter_opens_the_phone_and_escape_closes() -> None:
    async with running(FakeClient()) as (app, pilot):
        app.stage.current.table.move_to(sample.LIN)
        await pilot.press("enter")
        await settled(pilot)
        assert app.screen is not app.stage and "Close" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)
        assert app.screen is app.stage
