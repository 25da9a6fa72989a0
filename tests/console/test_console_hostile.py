"""What phones wrote reaches every field, and neither the terminal, the markup parser nor the app obeys it."""

import unicodedata
from xml.etree import ElementTree

import pytest

from daemon.api.wire import Attachment, CapabilityLine, CommandState, Masked, Severity

from . import sample_shop as sample
from .fake_client import FakeClient
from .stage import picture_text, running, settled, typed

EVIL = (
    "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202egnp\u2066\u200b\ufeff[@click=app.exit]KLICK[/] [/foo] [bold red]FETT"
    "[/] \\[ Row: 0 _id=1\r\n\ud800\U000e0041 微信" + "e\u0301\u0301\u0301\u0301\u0301"
)
MARKS = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\U000e0041")


def hostile_client() -> FakeClient:
    client = FakeClient()
    evil_lines = (CapabilityLine(name=EVIL, availability=EVIL, evidence=EVIL, advice=EVIL),)
    evil_device = sample.device(
        "EVIL", employee=EVIL, profile=EVIL, state="device", capabilities=evil_lines, transports=(EVIL,),
        last_error=EVIL,
    )  # fmt: skip
    client.device_list = (evil_device, sample.device(EVIL, profile=EVIL, state=EVIL))
    client.alert_list = [
        sample.alert(
            1, title=EVIL, employee=EVIL, category=EVIL, rule_id=EVIL, note=EVIL, device="EVIL", handled_by=EVIL,
            severity=Severity.CRITICAL, evidence=(sample.evidence(EVIL, 3, 90, EVIL, EVIL),),
        )
    ]  # fmt: skip
    client.event_list = [
        sample.event(
            number, device="EVIL", peer=EVIL, body=EVIL, source=EVIL, source_key=EVIL, conversation=EVIL,
            attachments=(Attachment(content_type=EVIL, name=Masked(EVIL), sha256=EVIL, size_bytes=7),), app=EVIL,
            notice=EVIL, provenance=EVIL, derived_from=EVIL, paired_with=EVIL, event_id=f"ev{number}",
            absent_since=sample.NOW,
        )
        for number in range(3)
    ]  # fmt: skip
    client.command_list = [
        sample.command(
            1, device="EVIL", reason=EVIL, requested_by=EVIL, result=EVIL, result_text=EVIL, state=CommandState.FAILED
        )
    ]
    return client


def assert_harmless(svg: str, text: str) -> None:
    ElementTree.fromstring(svg)
    for mark in MARKS:
        assert mark not in svg, repr(mark)
    assert not [c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"}]
    assert "href" not in svg


async def test_hostile_text_in_every_field_of_every_screen() -> None:
    client = hostile_client()
    async with running(client, size=(160, 50)) as (app, pilot):
        for digit in "1", "2", "3", "4":
            await pilot.press(digit)
            await settled(pilot)
            assert_harmless(app.export_screenshot(), picture_text(app))
            assert "[@click=app.exit]" in app.export_screenshot().replace("&#160;", " ")
            await pilot.press("enter")
            await settled(pilot)
            assert app.screen is not app.stage
            assert_harmless(app.export_screenshot(), picture_text(app))
            await pilot.press("escape")


async def test_hostile_text_in_dialogs_toasts_and_palette() -> None:
    client = hostile_client()
    client.secrets["ev2"] = EVIL
    async with running(client, size=(160, 50)) as (app, pilot):
        app.stage.current.table.move_to("EVIL")
        await pilot.press("l")
        await settled(pilot)
        assert_harmless(app.export_screenshot(), picture_text(app))
        await pilot.press("escape", "3", "v")
        await typed(pilot, "reason enough")
        await pilot.press("enter")
        await settled(pilot)
        assert "Content, opened" in picture_text(app)
        assert_harmless(app.export_screenshot(), picture_text(app))
        await pilot.press("escape", "ctrl+p")
        await settled(pilot, 0.5)
        assert_harmless(app.export_screenshot(), picture_text(app))
        await typed(pilot, "KLICK")
        await settled(pilot, 0.5)
        assert_harmless(app.export_screenshot(), picture_text(app))
        await pilot.press("escape")
        client.emit_alert(sample.alert(9, title=EVIL, employee=EVIL, raised_at=sample.NOW, device="EVIL"))
        app.notify(EVIL, title=EVIL, markup=True)
        await settled(pilot)
        assert_harmless(app.export_screenshot(), picture_text(app))


@pytest.mark.parametrize("where", [(30, 4), (60, 4), (100, 4), (30, 40)])
async def test_a_click_on_hostile_text_runs_nothing(where: tuple[int, int]) -> None:
    client = hostile_client()
    async with running(client, size=(160, 50)) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        await pilot.click(offset=where)
        await settled(pilot)
        assert app.is_running and app.return_code is None
