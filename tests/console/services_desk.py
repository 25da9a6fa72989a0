"""Samples of what works beside the phones, and the routes that tell of it, for the fake client."""

from datetime import timedelta

import msgspec

from daemon.api.consoles import PairedConsole
from daemon.api.delivery import ChannelState, DeadLetter, DeliveryChannel, DeliveryStatus, DeliveryTest
from daemon.api.intercept import Intercept, InterceptKind, InterceptState, InterceptStatus
from daemon.api.leaving import HandOver, Leaving, LeavingItem, LeavingPhone, LeavingState, StepState
from daemon.api.wire import Page, Role

from . import sample_shop as sample
from .fake_client import FakeClient

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


def install_services(client: FakeClient) -> None:
    """Have its routes answer."""
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
