"""Alerts: masked evidence with its hit, acknowledge, resolve, reveal, bell."""

import pytest

from console.app.access import AccessMode
from console.app.dialogs.ask import AskDialog
from daemon.api.wire import AlertStatus, Role, Severity

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import NARROW, ROOMY, running, screen_text, settled, typed


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("▲ critical", "◆ high", "■ medium", "● low", "14:29:00 1m", "○ open", "◐ acked", "For review by a person")),
    ("zh", ("▲ 紧急", "◆ 高", "■ 中", "● 低", "14:29:00 1分", "○ 待处理", "◐ 已确认", "供人工复核")),
])  # fmt: skip
async def test_alerts_have_glyph_word_time_and_evidence(language: str, words: tuple[str, ...]) -> None:
    async with running(FakeClient(language=language), language=language) as (app, pilot):
        await pilot.press("2")
        for size in (ROOMY, NARROW):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            text = screen_text(app)
            for word in (*words, "回扣"):
                assert word in text, (word, size)


async def test_the_hit_is_seen_and_marked_in_a_narrow_column() -> None:
    client = FakeClient()
    client.alert_list = [sample.alert(1, evidence=(sample.evidence("前" * 60 + "回扣" + "后" * 60, 60, 62, "回扣"),))]
    async with running(client, size=NARROW) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        row = screen_text(app).splitlines()[4]
        assert "前回扣" in row
        assert "text-decoration: underline" in app.export_screenshot()


async def test_acknowledge_by_letter_and_by_function_key() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2", "a")
        await settled(pilot)
        await pilot.press("down", "f7")
        await settled(pilot)
        assert client.calls("change_alert") == [
            ("al_0001", AlertStatus.ACKNOWLEDGED, None), ("al_0004", AlertStatus.ACKNOWLEDGED, None),
        ]  # fmt: skip
        assert screen_text(app).count("◐ acked") >= 3


async def test_resolve_asks_for_a_note() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2", "x")
        await settled(pilot)
        assert isinstance(app.screen, AskDialog) and "What came of it?" in screen_text(app)
        await pilot.press("enter")
        assert client.calls("change_alert") == []
        await typed(pilot, "spoke to her")
        await pilot.press("enter")
        await settled(pilot)
        assert client.calls("change_alert") == [("al_0001", AlertStatus.RESOLVED, "spoke to her")]
        assert "● resolved" in screen_text(app)


async def test_a_settled_alert_is_not_acknowledged_again() -> None:
    client = FakeClient()
    client.alert_list = [sample.alert(1, status=AlertStatus.RESOLVED)]
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        assert "a Ack" not in screen_text(app).splitlines()[-1]
        await pilot.press("a")
        await settled(pilot)
        assert "Already resolved" in screen_text(app)
        assert client.calls("change_alert") == []


async def test_a_grave_alert_rings_and_appears_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        rung: list[int] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(1))
        client.emit_alert(sample.alert(90, severity=Severity.LOW, title="Quiet one", raised_at=sample.NOW))
        await settled(pilot)
        assert rung == []
        client.emit_alert(sample.alert(91, severity=Severity.HIGH, title="Loud one", raised_at=sample.NOW))
        client.emit_alert(sample.alert(92, severity=Severity.CRITICAL, title="Louder one", raised_at=sample.NOW))
        await settled(pilot)
        assert rung == [1]
        assert "Loud one" in screen_text(app)
        await pilot.press("2")
        await settled(pilot)
        rows = screen_text(app).splitlines()[4:7]
        assert all(any(title in row for row in rows) for title in ("Quiet one", "Loud one", "Louder one"))


async def test_filter_by_severity_at_least() -> None:
    async with running(FakeClient()) as (app, pilot):
        await pilot.press("2", "slash")
        await typed(pilot, "sev:>=high")
        await pilot.press("enter")
        await settled(pilot)
        text = screen_text(app)
        assert "alerts: 2 of 4" in text and "■ medium" not in text


@pytest.mark.parametrize(("mode", "role", "why"), [
    (AccessMode.READ_ONLY, Role.OWNER, "read-only"), (AccessMode.FULL, Role.AUDITOR, "role “auditor”"),
])  # fmt: skip
async def test_who_may_not_handle_alerts_is_told_why(mode: AccessMode, role: Role, why: str) -> None:
    client = FakeClient(role=role)
    async with running(client, mode=mode) as (app, pilot):
        await pilot.press("2", "a", "x", "v")
        await settled(pilot)
        assert client.calls("change_alert") == [] and client.calls("reveal") == []
        assert app.screen is app.stage and why in screen_text(app)


async def test_a_list_that_may_not_be_read_says_why() -> None:
    client = FakeClient(role=Role.AUDITOR)
    client.errors["alerts"] = refused()
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        text = screen_text(app)
        assert "Your role may not do this." in text and "Your role here is “auditor”" in text
        await pilot.press("1")
        await settled(pilot)
        assert "Lin Xiaoyu" in screen_text(app)


async def test_pause_freezes_rows_and_counts_what_waits() -> None:
    client = FakeClient()
    async with running(client) as (app, pilot):
        await pilot.press("2", "p")
        client.emit_alert(sample.alert(93, title="New one", severity=Severity.LOW, raised_at=sample.NOW))
        await settled(pilot)
        text = screen_text(app)
        assert "New one" not in text and "paused, 1 new" in text and "● 1 low" in text.splitlines()[0]
        await pilot.press("p")
        await settled(pilot)
        assert "New one" in screen_text(app)
