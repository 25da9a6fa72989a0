"""What the app itself says: every word in the person's language, every sign in ASCII where that is asked for, colours
that can be told apart, and what goes round the screens: history, the log of what ran, long work."""

import asyncio
import re

import pytest
from textual.app import App
from textual.color import Color
from textual.command import CommandPalette
from textual.pilot import Pilot

from console.app.app import CATALOG, ShopwardenApp
from console.app.run_log import Outcome
from console.app.settings import Settings, Symbols
from console.app.settings_file import SettingsKeeper, read_settings
from console.app.stage import NAMES
from console.app.symbols import GlyphName, glyph
from console.app.themes import OURS
from console.app.work import LongWork
from console.safe_text import safe_text
from daemon.api.errors import ApiRefusedError
from daemon.api.texts import load_texts

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import running, screen_lines, screen_text, settled

NOT_WORDS = re.compile(
    r"SIM\w+|https?:\S+|adb|USB|IMEI|Wi-?Fi|ID|SMS|QQ|SQL\w*|JSON|CSV|vivo|OPPO|HUAWEI|Redmi|Note|nova|Android|tcp|usb"
    r"|shopwarden\S*|retail-zh\S*|al_\d+|ev_\d+|cm_\d+|ctrl|alt|shift|tab|esc|enter|home|end|page(?:up|down)|space|f\d+"
    r"|[A-Za-z]|\^\w|[kKMG]B|ok|UTC|Esc|Tab|Shift|Home|Ctrl\+\w|sms|call_log|contacts|lock|owner|A\d+|Y\d+"
)


OPENING = {
    "devices": ("l", "a", "o", "F", "question_mark"),
    "alerts": ("enter", "i", "x", "v"),
    "events": ("J", "E", "slash", "escape"),
    "commands": ("R", "ctrl+l"),
    "health": ("question_mark",),
}
"""Keys that open something on a screen; enter where nothing else is said."""


async def test_every_screen_and_dialog_speaks_chinese_only() -> None:
    client = FakeClient(language="zh")
    client.command_list = [sample.command(1, reason="手机落在店里")]
    strange: dict[str, set[str]] = {}
    async with running(client, language="zh", size=(120, 48)) as (app, pilot):
        for digit, name in enumerate(NAMES, start=1):
            await pilot.press(str(digit))
            await settled(pilot)
            _note(strange, name, app)
            for keys in OPENING.get(name, ("enter",)):
                await pilot.press(keys)
                await settled(pilot)
                _note(strange, f"{name} {keys}", app)
                while app.screen is not app.stage:
                    await pilot.press("escape")
                app.clear_notifications()
        await pilot.press("colon")
        await settled(pilot, 0.3)
        assert isinstance(app.screen, CommandPalette)
        _note(strange, "palette", app)
    assert strange == {}


def _note(strange: dict[str, set[str]], where: str, app: ShopwardenApp) -> None:
    words = {word for word in re.findall(r"[A-Za-z][A-Za-z'-]+", NOT_WORDS.sub(" ", screen_text(app))) if len(word) > 1}
    if words:
        strange[where] = words


async def test_an_ascii_screen_has_ascii_signs_only() -> None:
    client = FakeClient()
    client.alert_list = [alert for alert in client.alert_list if not alert.evidence]
    client.event_list = [sample.event(number, body="plain") for number in range(80)]
    async with running(client, settings=Settings(symbols=Symbols.ASCII)) as (app, pilot):
        for digit in "1", "2", "3", "4", "5", "6", "7":
            await pilot.press(digit, "question_mark")
            await settled(pilot)
            assert _strangers(app) == ""
            await pilot.press("escape")
            await settled(pilot)
            assert _strangers(app) == ""
        assert "* live" in screen_lines(app)[0]
        await pilot.press("ctrl+p")
        await settled(pilot, 0.3)
        assert _strangers(app) == ""


def _strangers(app: App[int]) -> str:
    assert isinstance(app, ShopwardenApp)
    return "".join(sorted({character for character in screen_text(app) if not character.isascii()}))


def test_every_sign_has_a_twin_of_its_own_width() -> None:
    for name in GlyphName:
        twin = glyph(name, Symbols.ASCII)
        assert len(twin) == 1 and twin.isascii() and glyph(name, Symbols.UNICODE) == name.value


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_every_colour_of_words_stands_out_from_what_is_behind_it(theme: object) -> None:
    app = ShopwardenApp(FakeClient, load_texts("en", CATALOG))
    app.theme = theme.name  # type: ignore[attr-defined]
    colours = app.get_css_variables()
    pale = []
    for behind in ("background", "surface", "panel"):
        ground = Color.parse(colours[behind])
        for name in (
            "foreground",
            "muted",
            "text-error",
            "text-warning",
            "text-success",
            "text-primary",
            "text-accent",
        ):
            ratio = _contrast(ground, Color.parse(colours[name]))
            if ratio < 4.5:
                pale.append((name, behind, round(ratio, 2)))
    assert pale == []


def _contrast(ground: Color, ink: Color) -> float:
    """As the rules for accessible pages reckon it."""
    light, dark = sorted((_luminance(ground), _luminance(ground.blend(ink, ink.a))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized)
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


async def test_keys_of_ones_own_work_and_are_shown_and_choices_are_kept(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("kept") / "console.toml"
    chosen = Settings(keys={"alerts.acknowledge": "ctrl+k", "alerts.note": "k,ctrl+n", "app.health": "ctrl+e"})
    client = FakeClient()
    keeper = SettingsKeeper(path, chosen, ())
    async with running(client, settings=chosen, keeper=keeper) as (app, pilot):
        assert "“alerts.note” and “list.up”" in screen_text(app)
        await pilot.press("2", "a")
        await settled(pilot)
        assert "^k Ack" in screen_lines(app)[-1] and client.alert_list[0].status == "open"
        await pilot.press("ctrl+k")
        await settled(pilot)
        assert client.alert_list[0].status == "acknowledged"
        await pilot.press("ctrl+e")
        await settled(pilot)
        assert app.stage.current.NAME == "health"
        app.set_theme("light")
        assert read_settings(path)[0].theme == "light" and read_settings(path)[0].keys == chosen.keys


async def test_back_and_forward_what_ran_and_work_that_is_stopped() -> None:
    client = FakeClient()
    asked_to_stop: list[int] = []
    async with running(client) as (app, pilot):
        await pilot.press("2", "3", "left_square_bracket")
        assert app.stage.current.NAME == "alerts"
        await pilot.press("alt+left", "alt+left")
        assert app.stage.current.NAME == "devices"
        await pilot.press("right_square_bracket", "5", "right_square_bracket")
        assert app.stage.current.NAME == "rules"

        answers: list[str] = []
        await _work(app, pilot, asked_to_stop, answers)
        await pilot.press("ctrl+l")
        await settled(pilot)
        text = screen_text(app)
        assert "What ran" in text and re.search(r"refused +Refused work", text) and re.search(r"done +Short", text)
        assert re.search(r"stopped +Long", text) and answers == ["short"] and asked_to_stop == [1]
        await pilot.press("escape")
        for number in range(6):
            app.notify(f"toast {number}")
        await settled(pilot)
        assert [n for n in range(6) if f"toast {n}" in screen_text(app)] == [3, 4, 5]
        for outcome in (Outcome.PARTLY, Outcome.DONE):
            app.log_run(safe_text("Long work"), outcome)
        told = [(run.what.plain, run.outcome) for run in app.run_log]
        assert told[:2] == [("Long work", Outcome.DONE), ("Long work", Outcome.PARTLY)], "in place of what the app knew"
        assert [outcome for _, outcome in told].count(Outcome.CANCELLED) == 0 and len(told) == 4


async def test_a_toast_beside_the_panel_is_whole() -> None:
    words = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    async with running(FakeClient(language="zh"), language="zh", size=(160, 48)) as (app, pilot):
        for lead in ("", "a"):
            app.notify(lead + words)
            await settled(pilot)
            assert lead + words in screen_text(app)
            app.clear_notifications()


async def _work(app: ShopwardenApp, pilot: Pilot[int], asked_to_stop: list[int], answers: list[str]) -> None:
    async def short(work: LongWork) -> str:
        return "short"

    async def refuse(work: LongWork) -> str:
        error: ApiRefusedError = refused()
        raise error

    async def endless(work: LongWork) -> str:
        work.step(3, 10)
        await asyncio.sleep(600)
        return "never"

    async def stop() -> None:
        asked_to_stop.append(1)

    app.long_work(safe_text("Short work"), short, answers.append)
    app.long_work(safe_text("Refused work"), refuse, answers.append, otherwise=lambda error: None)
    app.long_work(safe_text("Long work"), endless, answers.append, cancel=stop)
    await settled(pilot)
    assert "Long work: 3 of 10 (esc: stop)" in screen_text(app)
    await pilot.press("escape")
    await settled(pilot)
    assert "Long work" not in screen_text(app) and app.works == []


async def test_a_lost_daemon_and_wrong_clocks_are_in_the_header() -> None:
    client = FakeClient()
    client.device_list = (sample.device("SLOW", employee="Li", clock_offset_ms=-3_600_000),)
    async with running(client) as (app, pilot):
        assert "! Li: clock 1h off" in screen_lines(app)[0]
        client.go_offline()
        await settled(pilot)
        assert "data 0s old" in screen_lines(app)[0]
