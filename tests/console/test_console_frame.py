"""The frame: link states, banners, empty pages, palette, help, languages, themes, small terminals."""

import re

import pytest
from textual.command import CommandInput

from console.app.access import HERE_ONLY, RIGHTS, Act
from console.app.app import CATALOG
from console.app.stage import NAMES
from daemon.api.errors import ApiTimeoutError, ApiVersionError
from daemon.api.links import LinkOffline
from daemon.api.texts import Language, missing_translations
from daemon.api.wire import CommandState, Role, StreamItem, StreamKind, Verb
from daemon.roles import LOCAL_ONLY, Permission, may

from . import sample_shop as sample
from .fake_client import FakeClient, refused, unreachable
from .stage import NARROW, running, screen_text, settled, typed


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("daemon down", "No daemon yet", "Next try in", "No daemon answers.", "Start shopwardend run.", "Waiting")),
    ("zh", ("守护进程未响应", "守护进程尚未运行", "秒后重试", "正在等待守护进程")),
])  # fmt: skip
async def test_without_a_daemon_it_waits_and_counts_down(language: str, words: tuple[str, ...]) -> None:
    client = FakeClient(language=language)
    client.first_link = LinkOffline(error=unreachable(), retry_in_s=7.0, attempts=1)
    async with running(client, language=language) as (app, pilot):
        text = screen_text(app)
        for word in words:
            assert word in text, word
        assert re.search(r"[4-7] s " if language == "en" else r"[4-7] 秒", text)
        client.go_online()
        await settled(pilot)
        text = screen_text(app)
        assert words[1] not in text and str(sample.devices(language)[0].employee) in text


async def test_a_lost_daemon_leaves_the_last_data_and_a_banner() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2")
        client.go_offline()
        await settled(pilot)
        text = screen_text(app)
        assert "Daemon lost, last data kept" in text and "Kickback offered" in text and "× daemon down" in text
        await pilot.press("a")
        await settled(pilot)
        assert "Not without the daemon." in screen_text(app) and not client.calls("POST /v1/alerts")
        client.go_online()
        await settled(pilot)
        assert "Daemon lost" not in screen_text(app)


async def test_r_tries_at_once_and_resumes_where_it_was() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        assert client.calls("stream") == [None]
        client.emit_event(sample.event(700))
        client.go_offline(retry_in_s=60.0)
        await settled(pilot)
        assert "r Try now" in screen_text(app).splitlines()[-1]
        await pilot.press("r")
        await settled(pilot)
        assert client.calls("stream") == [None, 700]
        assert "● live" in screen_text(app) and "Try now" not in screen_text(app)


async def test_another_version_and_a_refusal_are_explained() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        client.go_refused(ApiVersionError("api.version", "The daemon speaks version 2.", "Update the console.", 2))
        await settled(pilot)
        assert "different versions" in screen_text(app) and "Update the console." in screen_text(app)
        client.go_refused(refused("permission.no_role"))
        await settled(pilot)
        assert "The daemon refuses this user" in screen_text(app) and "Ask the owner." in screen_text(app)


async def test_a_reset_loads_everything_anew() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("3")
        await settled(pilot)
        client.event_list.append(sample.event(900, body="after the gap"))
        client.emit(StreamItem(kind=StreamKind.RESET, ledger_index=None))
        await settled(pilot)
        await settled(pilot)
        assert "after the gap" in screen_text(app) and len(client.calls("devices")) == 2


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("USB debugging", "shopwarden devices connect", "shopwarden enrol SERIAL", "No alerts.", "No commands yet.",
            "Nothing archived yet.")),
    ("zh", ("USB 调试", "shopwarden devices connect", "shopwarden enrol 序列号", "没有告警", "还没有命令",
            "还没有存档记录")),
])  # fmt: skip
async def test_an_empty_shop_says_what_to_do(language: str, words: tuple[str, ...]) -> None:
    client = FakeClient(language=language)
    client.device_list, client.alert_list, client.event_list = (), [], []
    async with running(client, language=language, size=NARROW) as (app, pilot):
        seen = ""
        for digit in "1", "2", "3", "4":
            await pilot.press(digit)
            await settled(pilot)
            seen += screen_text(app)
            text = app.stage.current.query_one(".pane-empty-text")
            assert text.region.right <= app.size.width - 1, digit
        for word in words:
            assert word in seen, word
        for keys in ("1", "2", "3", "4", "5", "6", "7"), ("f2", "f3", "f4", "f5", "f10", "f11", "f12"):
            for name, pressed in zip(NAMES, keys, strict=True):
                await pilot.press(pressed)
                assert name == app.stage.current.NAME
        client.device_list = sample.devices(language)
        client.emit_device(client.device_list[0])
        await pilot.press("1")
        await settled(pilot)
        assert sample.LIN in screen_text(app)
        assert app.focused is app.stage.current.table


async def test_screens_by_digit_function_key_and_click() -> None:
    async with running(FakeClient()) as (app, pilot):
        for keys, name in (("2", "alerts"), ("f4", "events"), ("4", "commands"), ("f2", "devices")):
            await pilot.press(keys)
            assert name == app.stage.current.NAME
        await pilot.click("#tabs", offset=(15, 0))
        assert app.stage.current.NAME == "alerts"


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Go to Events", "Search actions", "Lock")),
    ("zh", ("前往：记录", "搜索操作", "锁屏")),
])  # fmt: skip
async def test_the_palette_speaks_the_language(language: str, words: tuple[str, ...]) -> None:
    async with running(FakeClient(language=language), language=language, size=(120, 96)) as (app, pilot):
        await pilot.press("ctrl+p")
        await settled(pilot, 0.5)
        text = screen_text(app)
        for word in words:
            assert word in text, word
        entries = {entry.title: entry.about for entry in app.palette_entries()}
        light = "Theme: light" if language == "en" else "主题：浅色"
        assert light in entries and sample.alerts(language)[0].title in entries
        assert sample.LIN in entries[str(sample.devices(language)[0].employee)]
        assert "Quit the application" not in text and "Search for commands" not in text
        await typed(pilot, "zzzz")
        await settled(pilot, 0.5)
        assert ("Nothing fits" if language == "en" else "没有匹配项") in screen_text(app)
        assert "No matches found" not in screen_text(app)


async def test_the_palette_goes_to_a_phone_and_offers_usable_actions_only() -> None:
    async with running(FakeClient(role=Role.AUDITOR)) as (app, pilot):
        await pilot.press("2", "ctrl+p")
        await settled(pilot, 0.5)
        assert "Resolve" not in screen_text(app)
        app.screen.query_one(CommandInput).value = "Zhou"
        await settled(pilot, 0.5)
        await pilot.press("enter")
        await settled(pilot, 0.2)
        assert app.stage.current.NAME == "devices" and app.stage.current.table.key == sample.ZHOU


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Help: Alerts", "Acknowledge says", "Resolve", "f8", "assignee", "input method")),
    ("zh", ("帮助：告警", "表示有人在看", "办结", "f8", "跟进人", "输入法")),
])  # fmt: skip
async def test_help_lists_the_keys_of_the_pane(language: str, words: tuple[str, ...]) -> None:
    async with running(FakeClient(language=language), language=language, size=(120, 99)) as (app, pilot):
        await pilot.press("2", "question_mark")
        await settled(pilot)
        text = screen_text(app)
        for word in words:
            assert word in text, word
        await pilot.press("escape", "f1")
        assert app.screen is not app.stage


async def test_every_binding_has_an_id_a_text_and_a_key_beside_its_letter() -> None:
    async with running(FakeClient()) as (app, pilot):
        for digit in "1234":
            await pilot.press(digit)
            await settled(pilot)
            by_action: dict[str, list[str]] = {}
            for _, binding, _, _ in app.stage.active_bindings.values():
                if binding.description.startswith("app.key."):
                    assert binding.id, binding
                    assert app.desk.texts.get(binding.description)
                    by_action.setdefault(binding.action, []).append(binding.key)
            for action, keys in by_action.items():
                assert any(len(key) > 1 for key in keys), (action, keys)


async def test_language_and_theme_change_while_running() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        entries = {entry.title: entry.run for entry in app.palette_entries()}
        entries["Language: 中文"]()
        await settled(pilot, 0.2)
        text = screen_text(app)
        assert "● 在线" in text and "最近在线" in text and "帮助" in text and "online" not in text
        for theme in ("主题：浅色", "主题：高对比度", "主题：终端配色"):
            {entry.title: entry.run for entry in app.palette_entries()}[theme]()
            await settled(pilot, 0.1)
            assert "● 在线" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert "疑似回扣" in screen_text(app) and "Kickback" not in screen_text(app)
        assert client.calls("speak") == ["zh"] and len(client.calls("stream")) == 2
        await pilot.press("x")
        client.hello = sample.hello(language="en")
        app.set_language(Language.EN)
        await settled(pilot, 0.2)
        assert app.screen is app.stage and "Kickback" in screen_text(app)


async def test_without_colour_glyphs_and_words_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(FakeClient()) as (app, pilot):
        assert app.no_color
        await pilot.press("2")
        await settled(pilot)
        text = screen_text(app)
        assert "▲ critical" in text and "○ open" in text


async def test_a_small_terminal_gets_a_notice() -> None:
    async with running(FakeClient(), size=(70, 20)) as (app, pilot):
        assert "The terminal is 70×20" in screen_text(app)
        await pilot.resize_terminal(100, 30)
        await settled(pilot)
        assert "The terminal is" not in screen_text(app)


async def test_a_fault_of_ours_is_a_banner_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        monkeypatch.setattr(app.stage.current, "action_mark", lambda: [][1])
        await pilot.press("space")
        await settled(pilot)
        assert app.faults == ["IndexError"] and "failed (IndexError)" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        assert "Kickback" in screen_text(app)
        app.faults = []


async def test_commands_live_and_are_cancelled_while_queued() -> None:
    client = FakeClient()
    client.command_list = [sample.command(1), sample.command(2, verb=Verb.REFETCH, state=CommandState.ACKNOWLEDGED)]
    async with running(client) as (app, pilot):
        await pilot.press("4")
        await settled(pilot)
        text = screen_text(app)
        assert "○ queued" in text and "● acknowledged" in text and "1 pending" in text
        await pilot.press("x")
        await settled(pilot)
        assert client.calls("cancel_command") == ["cm_0001"] and "× cancelled" in screen_text(app)
        await pilot.press("x")
        await settled(pilot)
        assert len(client.calls("cancel_command")) == 1 and "Only queued commands" in screen_text(app)


def test_the_catalog_is_complete_in_both_languages() -> None:
    assert missing_translations(CATALOG) == ()


@pytest.mark.parametrize("role", Role)
def test_rights_mirror_the_daemons_table(role: Role) -> None:
    needed = {
        Act.LOCK: Permission.COMMANDS_ISSUE,
        Act.COMMAND: Permission.COMMANDS_ISSUE,
        Act.CANCEL_COMMAND: Permission.COMMANDS_ISSUE,
        Act.ENROL: Permission.ENROL,
        Act.REACH_PHONES: Permission.DEVICES_MANAGE,
        Act.HANDLE_ALERT: Permission.ALERTS_HANDLE,
        Act.REVEAL: Permission.EVENTS_REVEAL,
        Act.TRY_RULES: Permission.POLICY_TRY,
        Act.RESCAN: Permission.RESCAN,
        Act.WIPE: Permission.COMMANDS_WIPE,
        Act.APPROVE: Permission.COMMANDS_APPROVE,
        Act.SHOW_PIN: Permission.PINS_SHOW,
        Act.TYPE_PIN: Permission.PINS_CHANGE,
        Act.DELIVER: Permission.DELIVERY_MANAGE,
        Act.REVOKE_CONSOLE: Permission.CONSOLES_MANAGE,
        Act.LEAVE: Permission.EMPLOYEES_LEAVE,
        Act.SWITCH_INTERCEPT: Permission.INTERCEPT_SWITCH,
    }
    assert RIGHTS[role] == {act for act, permission in needed.items() if may(role, permission)}
    assert {act for act, permission in needed.items() if permission in LOCAL_ONLY} == HERE_ONLY


async def test_what_is_not_loaded_is_not_claimed() -> None:
    client = FakeClient()
    client.errors["alerts"] = ApiTimeoutError("daemon.timeout", "No answer in time.", "Try again.", 4)
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        text = screen_text(app)
        assert "no open alerts" not in text and "No alerts." not in text and "Waiting" in text
        assert len(client.calls("alerts")) == 3


@pytest.mark.parametrize(("language", "hint"), [("en", "Press ctrl+q or q"), ("zh", "按 Ctrl+Q 或 q 退出")])
async def test_ctrl_c_says_how_to_leave(language: str, hint: str) -> None:
    async with running(FakeClient(language=language), language=language) as (app, pilot):
        await pilot.press("ctrl+c")
        await settled(pilot)
        assert hint in screen_text(app) and app.is_running
