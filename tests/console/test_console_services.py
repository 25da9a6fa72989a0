"""Alert delivery, consoles of other machines, who leaves, actions after findings; and a shop of another machine."""

from datetime import timedelta

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from console.app.app import ShopwardenApp
from console.app.dialogs.table_screen import TableScreen
from daemon.api.consoles import PairedConsole
from daemon.api.delivery import ChannelState, DeadLetter, DeliveryChannel, DeliveryStatus, DeliveryTest, MuteRequest
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.intercept import Intercept, InterceptKind, InterceptState, InterceptStatus, SwitchIntercept
from daemon.api.leaving import HandOver, Leaving, LeavingItem, LeavingPhone, LeavingState, StepState
from daemon.api.wire import Page, Role

from . import sample_shop as sample
from .fake_client import FakeClient, refused
from .stage import NARROW, chosen, running, screen_text, settled, typed

CHANNEL = DeliveryChannel(
    name="wecom", kind="wecom", state=ChannelState.FAILING, waiting=3, dead=1, failures=4, code="http_500",
    problem="The robot answers 500.", last_sent_at=sample.ago(hours=2), last_failed_at=sample.ago(minutes=1),
    next_try_at=sample.ago(minutes=-4), muted_until=None, muted_by=None, least="high", escalate_to="mail",
)  # fmt: skip
LETTER = DeadLetter(
    message_id="m_1", channel="wecom", kind="alerts", alerts=2, made_at=sample.ago(hours=9), given_up_at=None, tries=8,
    code="http_500", problem="The robot answers 500.",
)  # fmt: skip
CONSOLE = PairedConsole(
    console_id="co_1", name="office", role=Role.REVIEWER, employee=None, paired_at=sample.ago(days=3),
    paired_by="owner", expires_at=sample.NOW + timedelta(days=300), last_seen_at=sample.ago(hours=1),
    is_connected=True, revoked_at=None, revoked_by=None,
)  # fmt: skip
LEAVING = Leaving(
    leaving_id="lv_1", employee="Lin Xiaoyu", recipients=("Zhou Min",), state=LeavingState.PENDING,
    requested_by="owner", requested_at=sample.ago(hours=1), reason="last day", freeze_at=sample.ago(hours=1),
    return_at=sample.NOW + timedelta(days=2),
    phones=(
        LeavingPhone(
            device=sample.LIN, freeze=StepState.DONE, freeze_code=None, freeze_text=None, freeze_command=None,
            told=StepState.PENDING, capture=StepState.NOT_YET, capture_stops_at=sample.NOW,
        ),
    ),
    hand_overs=(
        HandOver(leaving_id="lv_1", at=sample.NOW, owner_before="Lin Xiaoyu", owner="Zhou Min", conversations=17),
    ),
    alerts_moved=2, items=(LeavingItem(item="sim", text="Take back the SIM card", is_due=True),),
)  # fmt: skip
INTERCEPT = Intercept(
    intercept_id="ic_1", alert_id="al_0001", rule_id="retail-zh.kickback", device=sample.LIN, employee="Lin Xiaoyu",
    kind=InterceptKind.SUSPEND_APP, app="com.tencent.mm", minutes=10, state=InterceptState.IN_FORCE, code=None,
    text="WeChat paused for 10 minutes", begun_at=sample.ago(minutes=3), due_at=sample.ago(minutes=-7), ended_at=None,
    command_id=None, undo_command_id=None, ledger_index=9,
)  # fmt: skip
STATUS = InterceptStatus(
    is_configured=True, is_switched_off=False, switched_by=None, switched_at=None, switch_reason=None, in_force=1,
    undoing=0, min_severity="high", apps=("com.tencent.mm",), per_phone_hour=2, per_phone_day=5, cooldown_s=600,
)  # fmt: skip


def client_of_services(**settings: object) -> FakeClient:
    client = FakeClient(**settings)  # type: ignore[arg-type]
    status = DeliveryStatus(is_on=True, stopped_by=None, channels=(CHANNEL,))
    client.answers |= {
        ("GET", "/v1/delivery"): lambda body: status,
        ("GET", "/v1/delivery/dead"): lambda body: Page(items=(LETTER,)),
        ("POST", "/v1/delivery/channels/wecom/test"): lambda body: DeliveryTest(
            channel="wecom", message_id="m_2", ok=False, code="http_500", problem="The robot answers 500."
        ),
        ("POST", "/v1/delivery/channels/wecom/mute"): lambda body: status,
        ("POST", "/v1/delivery/stop"): lambda body: msgspec.structs.replace(status, stopped_by="owner"),
        ("POST", "/v1/delivery/dead/m_1/retry"): lambda body: LETTER,
        ("GET", "/v1/consoles"): lambda body: Page(items=(CONSOLE,)),
        ("POST", "/v1/consoles/co_1/revoke"): lambda body: CONSOLE,
        ("GET", "/v1/leavings"): lambda body: Page(items=(LEAVING,)),
        ("POST", "/v1/leavings/lv_1/undo"): lambda body: LEAVING,
        ("POST", "/v1/leavings/lv_1/items/sim/confirm"): lambda body: LEAVING,
        ("GET", "/v1/intercept"): lambda body: STATUS,
        ("POST", "/v1/intercept"): lambda body: STATUS,
        ("GET", "/v1/intercepts"): lambda body: Page(items=(INTERCEPT,)),
    }
    return client


def bench(app: ShopwardenApp) -> TableScreen[object]:
    assert isinstance(app.screen, TableScreen)
    return app.screen


async def typed_reason(pilot: Pilot[int], reason: str) -> None:
    await pilot.press(reason[0])
    await typed(pilot, reason[1:])
    pilot.app.screen.query_one("#confirm", Button).press()
    await settled(pilot)


async def test_delivery_is_tested_muted_and_stopped_and_dead_letters_are_sent_again() -> None:
    client = client_of_services()
    async with running(client, size=NARROW) as (app, pilot):
        await pilot.press("6", "d")
        await settled(pilot)
        text = screen_text(app)
        for words in ("× fails", "wecom", "Given up (1)", "tried 8 times", "mail"):
            assert words in text, words
        await pilot.press("t")
        await settled(pilot)
        assert "wecom: The robot answers 500." in screen_text(app)
        await pilot.press("m", "enter", "enter")
        await settled(pilot)
        assert client.calls("POST /v1/delivery/channels/wecom/mute") == [MuteRequest(minutes=60)]
        await pilot.press("R")
        await settled(pilot)
        assert len(client.calls("POST /v1/delivery/dead/m_1/retry")) == 1
        await pilot.press("s")
        await settled(pilot)
        await typed_reason(pilot, "robot is replaced")
        assert len(client.calls("POST /v1/delivery/stop")) == 1


async def test_who_leaves_what_was_done_by_itself_and_other_consoles() -> None:
    client = client_of_services()
    async with running(client) as (app, pilot):
        await pilot.press("L")
        await settled(pilot)
        text = screen_text(app)
        for words in ("Lin Xiaoyu", "Zhou Min", "17 conversations", "● apps suspended", "[ ] Take back the SIM card"):
            assert words in text, words
        await pilot.press("c")
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert len(client.calls("POST /v1/leavings/lv_1/items/sim/confirm")) == 1
        await pilot.press("u")
        await settled(pilot)
        await typed_reason(pilot, "stays after all")
        assert len(client.calls("POST /v1/leavings/lv_1/undo")) == 1
        await pilot.press("escape", "6", "i")
        await settled(pilot)
        assert "WeChat paused for 10 minutes" in screen_text(app) and "1 in force" in screen_text(app)
        await pilot.press("s")
        await settled(pilot)
        await typed_reason(pilot, "false alarm")
        assert client.calls("POST /v1/intercept") == [SwitchIntercept(is_on=False, reason="false alarm")]
        await pilot.press("escape", "c")
        await settled(pilot)
        assert "● connected" in screen_text(app) and "office" in screen_text(app)
        await pilot.press("x")
        await settled(pilot)
        await typed_reason(pilot, "laptop is lost")
        assert len(client.calls("POST /v1/consoles/co_1/revoke")) == 1


@pytest.mark.parametrize("keys", [("6", "d"), ("6", "c"), ("6", "i"), ("1", "L")])
async def test_an_auditor_reads_and_changes_nothing_and_a_refusal_is_said(keys: tuple[str, ...]) -> None:
    client = client_of_services(role=Role.AUDITOR, language="zh")
    async with running(client, language="zh", size=NARROW) as (app, pilot):
        await pilot.press(*keys)
        await settled(pilot)
        screen = bench(app)
        assert screen.current is not None
        for letter in ("t", "m", "s", "R", "x", "u", "c"):
            await pilot.press(letter)
        await settled(pilot)
        assert app.screen is screen and not [name for name, _ in client.asked if name.startswith("POST")]
        for path in ("/v1/delivery", "/v1/consoles", "/v1/intercept", "/v1/leavings"):
            client.errors[f"GET {path}"] = refused()
        screen.look()
        await settled(pilot)
        assert "Your role may not do this." in screen_text(app)


async def test_a_shop_of_another_machine_is_named_and_what_it_does_not_take_from_there_is_said() -> None:
    client = client_of_services()
    async with running(client, shop_name="nanjing") as (app, pilot):
        assert "at nanjing" in screen_text(app).splitlines()[0]
        await pilot.press("6", "c")
        await settled(pilot)
        await pilot.press("x")
        await settled(pilot)
        assert "only where the daemon runs" in screen_text(app)
        await pilot.press("escape", "1")
        app.stage.current.table.move_to(sample.LIN)
        await chosen(app, pilot, "set_pin")
        assert not app.screen.query("#field-pin") and app.screen.query("#field-expires")


async def test_a_revoked_console_is_told_so_and_what_to_do() -> None:
    client = client_of_services(language="en")
    error = ApiRefusedError(
        "shop.not_let_in", "This console is not let in any more.", "Ask to be invited.", ExitCode.NOT_PERMITTED, 0
    )
    client.device_list = ()
    client.go_refused(error)
    async with running(client, shop_name="nanjing") as (app, pilot):
        await settled(pilot)
        text = screen_text(app)
        assert "nanjing does not let this console in." in text and text.count("Ask to be invited.") == 2
