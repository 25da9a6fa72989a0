"""Screen 5: the rules in force, a text explained while it is typed, a candidate tried; empty, refused, offline."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from console.app.access import AccessMode
from console.app.app import ShopwardenApp
from console.app.dialogs.explain import DEBOUNCE_S, ExplainScreen
from console.app.dialogs.trial import LOOK_S, TrialScreen
from console.app.stage import Stage
from daemon.api.policy import (
    AllowedSpan,
    ExplainedContact,
    ExplainedPath,
    ExplainedText,
    ExplainRequest,
    PassedOver,
    ReadingStep,
    RemovedBy,
    RuleInForce,
    RulesInForce,
    SeverityMove,
    Trial,
    TrialExample,
    TrialReport,
    TrialRequest,
    TrialRule,
)
from daemon.api.wire import Role
from daemon.api.wire_base import Masked, Wire

from .fake_client import FakeClient, refused, unreachable
from .stage import NARROW, running, screen_text, settled, typed

AnswerT = TypeVar("AnswerT")
PARTS = "力口 = 加（拆字）"
RULES = RulesInForce(
    version="retail-zh@1+ab12cd34",
    items=(
        RuleInForce(
            rule_id="shop.quiet", title="安静", category="conduct", severity="low", advice="", hits_7d=0
        ),
        RuleInForce(
            rule_id="shop.wechat", title="引导加个人微信", category="off_platform_contact", severity="high",
            advice="看是否把顾客引到私人微信。", hits_7d=7,
        ),
    ),
)  # fmt: skip


def path(*, is_hit: bool, word: str = "{加}{微信}") -> ExplainedPath:
    return ExplainedPath(
        rule_id="shop.wechat", title="引导加个人微信", category="off_platform_contact", is_hit=is_hit, word=word,
        form="加徽信", start=0, end=4, evidence="力口徽信", how="split",
        steps=(
            ReadingStep(start=0, end=2, surface="力口", meant="加", relation="parts", detail="", told=PARTS),
        ),
        removed_by=() if is_hit else (RemovedBy(obstacle="side", start=-1, end=-1, words=("staff",), told="只管员工"),),
        severity=(SeverityMove(cause="base", steps=0, severity="high", found=(), told="高：规则本身的级别"),) * is_hit,
    )  # fmt: skip


def explained(text: str) -> ExplainedText:
    return ExplainedText(
        text=text, folded=text, searched=text,
        passed_over=(PassedOver(start=4, end=5, code_points=("U+200B ZERO WIDTH SPACE",)),),
        contacts=(ExplainedContact(start=5, end=16, kind="mobile", masked="138****0017"),),
        masked=text,
        allowed=(AllowedSpan(start=0, end=1, word="微信支付", rule_id=None, is_plain=False),),
        paths=(path(is_hit=True), path(is_hit=False, word="别的词")), is_cut=True, ruleset="retail-zh@1",
    )  # fmt: skip


def report() -> TrialReport:
    example = TrialExample(
        event_id="ev_1", surface=Masked("定 金先付我，138****0017"), start=0, end=3, word="定金", how="gap",
        severity="medium", is_new=True,
    )  # fmt: skip
    return TrialReport(
        version="candidate@1+00000001", version_now=RULES.version, messages=40, found=3, found_now=2, newly=2,
        no_longer=1, is_cut=True,
        rules=(
            TrialRule(
                rule_id="own.deposit", title="定金", category="off_till_sale", messages=3, messages_now=2, newly=2,
                no_longer=1, by_how={"gap": 1, "exact": 2}, by_severity={"medium": 3}, examples=(example,),
                lost_examples=(msgspec.structs.replace(example, surface=Masked("不再有"), is_new=False),),
            ),
        ),
    )  # fmt: skip


def is_on(app: ShopwardenApp, screen: type[object]) -> bool:
    return isinstance(app.screen, screen)


class RulesClient(FakeClient):
    """Answers the work-bench."""

    def __init__(self, *, language: str = "en", role: Role = Role.OWNER) -> None:
        super().__init__(language=language, role=role)
        self.rules = RULES
        self.trial = Trial(trial_id="tr_1", done=0, of=0, is_done=False)

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = 1.0,
    ) -> AnswerT:
        match method, path, body:
            case "GET", "/v1/policy/rules", _:
                self._asked("rules", None)
                found: object = self.rules
            case "POST", "/v1/policy/explain", ExplainRequest():
                self._asked("explain", body)
                found = explained(body.text)
            case "POST", "/v1/policy/trials", TrialRequest():
                self._asked("start", body)
                found = self.trial
            case "GET", "/v1/policy/trials/tr_1", _:
                self._asked("trial", None)
                found = self.trial
            case "DELETE", "/v1/policy/trials/tr_1", _:
                self._asked("stop", None)
                found = Trial(trial_id="tr_1", done=0, of=0, is_done=True, problem="stopped")
            case _:
                return await super().call(method, path, answer, body=body, query=query, timeout_s=timeout_s)
        assert isinstance(found, answer)
        return found


async def test_the_rules_in_force_the_busy_ones_first_with_their_advice() -> None:
    client = RulesClient(language="zh")
    async with running(client, language="zh") as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        text = screen_text(app)
        assert text.index("引导加个人微信") < text.index("安静")
        assert "看是否把顾客引到私人微信。" in text
        assert "retail-zh@1+ab12cd34" in text
        await pilot.press("down")
        await settled(pilot)
        assert "没有写复核要点" in screen_text(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "shop.quiet" in screen_text(app)
        await pilot.press("escape", "slash")
        await typed(pilot, "sev:>=high")
        await pilot.press("enter")
        await settled(pilot)
        assert "安静" not in screen_text(app)
        assert len(client.calls("rules")) == 1, "asked for once while it is fresh"


async def test_who_may_not_read_rules_hears_it_and_a_lost_call_is_told() -> None:
    client = RulesClient(role=Role.AUDITOR)
    client.errors["rules"] = refused()
    async with running(client) as (app, pilot):
        await pilot.press("f10")
        await settled(pilot)
        assert "Your role may not do this." in screen_text(app)
        client.errors["rules"] = unreachable()
        await pilot.press("1", "5")
        await settled(pilot)
    client = RulesClient()
    client.errors["rules"] = unreachable()
    async with running(client) as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        assert "No daemon answers." in screen_text(app)
        client.errors.clear()
        client.rules = RulesInForce(version="none", items=())
        await pilot.press("1", "5")
        await settled(pilot)
        assert "No rules are in force" in screen_text(app)


async def test_a_text_is_explained_while_it_is_typed() -> None:
    client, hits = RulesClient(), "Hits: 1"
    async with running(client, size=NARROW) as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        await pilot.press("e")
        await settled(pilot)
        assert is_on(app, ExplainScreen)
        assert client.calls("explain") == []
        await typed(pilot, "力口")
        await typed(pilot, "徽信\u200b13800000017")
        await settled(pilot, DEBOUNCE_S + 0.1)
        (request,) = client.calls("explain")
        assert isinstance(request, ExplainRequest)
        assert request.text == "力口徽信\u200b13800000017", "asked once, when the typing paused"
        text = screen_text(app)
        assert hits in text
        assert "力口 = 加（拆字）" in text
        assert "138****0017" in text
        assert "ZERO WIDTH SPACE" in text
        await pilot.press("f6")
        await settled(pilot)
        last = client.calls("explain")[-1]
        assert isinstance(last, ExplainRequest)
        assert last.side == "staff"
        client.errors["explain"] = unreachable()
        await pilot.press("f6")
        await settled(pilot)
        assert "No daemon answers." in screen_text(app)
        client.errors.clear()
        await pilot.press("f5")
        await settled(pilot)
        assert hits in screen_text(app)
        await pilot.press("enter", "x")
        await settled(pilot, DEBOUNCE_S + 0.1)
        again = client.calls("explain")[-1]
        assert isinstance(again, ExplainRequest)
        assert again.text.endswith("x"), "typing while reading goes on with the text"
        await pilot.press("end", "ctrl+u")
        await settled(pilot, DEBOUNCE_S + 0.1)
        await pilot.press("escape")
        await settled(pilot)
        assert is_on(app, Stage)


async def test_a_candidate_folder_is_tried(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[[rule]]", "utf-8")
    client = RulesClient(language="zh")
    async with running(client, language="zh") as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        await pilot.press("t")
        await settled(pilot)
        assert is_on(app, TrialScreen)
        await pilot.press("f5")
        await settled(pilot)
        assert "请先填写目录" in screen_text(app)
        await typed(pilot, str(tmp_path / "nowhere"))
        await pilot.press("enter")
        await settled(pilot, 0.1)
        assert "nowhere" in screen_text(app).split("7d")[-1]
        assert client.calls("start") == []
        await pilot.press("end", "ctrl+u")
        await typed(pilot, str(tmp_path))
        await pilot.press("enter")
        await settled(pilot, 0.2)
        (request,) = client.calls("start")
        assert isinstance(request, TrialRequest)
        assert [file.name for file in request.files] == ["own.toml"]
        assert request.since is not None
        client.trial = msgspec.structs.replace(client.trial, done=20, of=40)
        await settled(pilot, LOOK_S + 0.1)
        assert "20/40" in screen_text(app)
        client.trial = msgspec.structs.replace(client.trial, done=40, is_done=True, report=report())
        await settled(pilot, LOOK_S + 0.1)
        text = screen_text(app)
        assert "新增命中：2" in text
        assert "138****0017" in text
        assert "不再有" in text
        await pilot.press("escape")
        await settled(pilot)
        assert is_on(app, Stage)
        assert client.calls("stop") == []


async def test_a_trial_that_is_left_is_stopped_and_a_refusal_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[[rule]]", "utf-8")
    client = RulesClient()
    async with running(client) as (app, pilot):
        await pilot.press("5")
        await settled(pilot)
        await pilot.press("t")
        await settled(pilot)
        await typed(pilot, str(tmp_path))
        await pilot.press("enter")
        await pilot.press("end", "ctrl+u")
        await typed(pilot, "no time")
        await pilot.press("enter")
        await settled(pilot)
        assert "is no time" in screen_text(app)
        await pilot.press("end", "ctrl+u", "enter")
        await settled(pilot, 0.2)
        (request,) = client.calls("start")
        assert isinstance(request, TrialRequest)
        assert request.since is None
        await pilot.press("f5")
        await settled(pilot)
        assert len(client.calls("start")) == 1, "one at a time"
        await pilot.press("escape")
        await settled(pilot)
        assert client.calls("stop") == [None]
        client.errors["start"] = refused("policy.refused")
        await pilot.press("t")
        await settled(pilot)
        await typed(pilot, "retail-zh")
        await pilot.press("f5")
        await settled(pilot, 0.1)
        assert "Your role may not do this." in screen_text(app)
        client.errors.clear()
        client.trial = msgspec.structs.replace(client.trial, is_done=True, problem="failed")
        await pilot.press("f5")
        await settled(pilot, 0.1)
        assert "The trial failed" in screen_text(app)
        await pilot.press("escape")
        await settled(pilot)


async def test_who_may_not_try_is_told_before_the_daemon_is_asked() -> None:
    for client, mode in ((RulesClient(role=Role.ADMIN), AccessMode.FULL), (RulesClient(), AccessMode.READ_ONLY)):
        async with running(client, mode=mode) as (app, pilot):
            await pilot.press("5")
            await settled(pilot)
            await pilot.press("t")
            await settled(pilot)
            assert is_on(app, Stage)
            await pilot.press("e")
            await settled(pilot)
            assert is_on(app, ExplainScreen)
            await pilot.press("escape")
            await settled(pilot)


async def test_an_alert_tells_what_to_look_at() -> None:
    client = FakeClient()
    client.alert_list = [msgspec.structs.replace(one, advice="看转账记录。") for one in client.alert_list]
    async with running(client) as (app, pilot):
        await pilot.press("2")
        await settled(pilot)
        assert "What to look at: 看转账记录。" in screen_text(app)
