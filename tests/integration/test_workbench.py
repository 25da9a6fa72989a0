"""The rules' work-bench on a real daemon: rules in force, explanations, candidates tried on the archive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adb_bridge.simphone.rows import SmsBox
from daemon.api.policy import ExplainRequest, RuleFile, Trial, TrialRequest
from daemon.api.requests import AlertQuery, AuditQuery
from daemon.config import PolicySection
from daemon.service import Caller, ServiceError
from daemon.service_impl import DaemonService
from tests.contract.cli_runner import shopwarden

from .daemon_support import (
    ADMIN,
    AUDITOR,
    EMPLOYEE,
    OWNER,
    REVIEWER,
    enrolled,
    phone,
    quick_config,
    running,
    until,
)

NUMBER = "13800000017"
RULES = """
[[rule]]
id = "candidate.deposit"
title = { en = "Deposit", zh = "定金" }
category = "off_till_sale"
severity = "low"
words = ["定金", "尾款"]
[rule.tests]
hit = ["定金转我"]
miss = ["你好"]
"""
NOW = RULES.replace("candidate.deposit", "now.kickback").replace('"定金", "尾款"', '"回扣"').replace("定金转我", "回扣")
BROKEN = RULES.replace('hit = ["定金转我"]', 'hit = ["你好"]')


def own_rules(parent: Path, text: str) -> Path:
    folder = parent / "rules"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text(text, "utf-8")
    return folder


def request(text: str = RULES, **more: object) -> TrialRequest:
    return TrialRequest(files=(RuleFile(name="own.toml", text=text),), **more)  # type: ignore[arg-type]


async def ended(service: DaemonService, caller: Caller, trial: Trial) -> Trial:
    desk = service.desks.workbench
    found = trial

    async def is_done() -> bool:
        nonlocal found
        found = await desk.trial(caller, trial.trial_id)
        return found.is_done

    await until(is_done)
    return found


async def test_a_candidate_is_tried_on_the_archive_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = own_rules(tmp_path, NOW)
    async with (
        phone("SIMBENCH1") as one,
        running(tmp_path, replace(quick_config(one), policy=PolicySection(packs=(), dir=str(folder)))) as service,
    ):
        desk = service.desks.workbench
        await enrolled(service, "SIMBENCH1")
        for body in (f"定金先付我，电话{NUMBER}", "尾-款 明天给", "回扣转我个人卡", "今天下雨"):
            one.store.add_sms(address=NUMBER, body=body, box=SmsBox.SENT)

        async def all_there() -> bool:
            return (await service.device(OWNER, "SIMBENCH1")).events == 4

        await until(all_there)
        alerts = len(await service.alerts(OWNER, AlertQuery(limit=50)))

        trial = await ended(service, REVIEWER, await desk.start(REVIEWER, request()))
        report = trial.report
        assert report is not None
        assert (trial.done, trial.of) == (4, 4)
        assert (report.messages, report.found, report.newly) == (4, 2, 2)
        assert report.found_now == report.no_longer == 1
        by_id = {rule.rule_id: rule for rule in report.rules}
        mine = by_id["candidate.deposit"]
        assert (mine.messages, mine.messages_now, mine.newly, mine.no_longer) == (2, 0, 2, 0)
        assert mine.title == "定金"
        assert sum(mine.by_how.values()) == 2
        assert set(mine.by_how) == {"exact", "gap"}
        assert [example.how for example in mine.examples] == ["gap", "exact"], "the doubtful one first"
        for example in mine.examples:
            assert example.surface[example.start : example.end] in {"尾-款", "定金"}
            assert example.is_new
            assert NUMBER not in example.surface
        gone = by_id["now.kickback"]
        assert (gone.messages, gone.no_longer) == (0, 1)
        assert gone.lost_examples

        same = await ended(service, OWNER, await desk.start(OWNER, request(NOW)))
        assert same.report is not None
        assert (same.report.newly, same.report.no_longer) == (0, 0)
        few = await ended(service, OWNER, await desk.start(OWNER, request(limit=1)))
        assert few.report is not None
        assert few.report.is_cut
        assert few.report.messages == 1
        later = datetime.now(UTC) + timedelta(days=1)
        none = await ended(service, OWNER, await desk.start(OWNER, request(since=later, device="SIMBENCH1")))
        assert none.report is not None
        assert none.report.messages == 0

        looks = [entry for entry in await service.audit(AUDITOR, AuditQuery(limit=50)) if entry.action == "policy.try"]
        begun = await desk.start(OWNER, request())
        with pytest.raises(ServiceError) as caught:
            await desk.start(REVIEWER, request())
        assert caught.value.code == "policy.trial_running"
        stopped = await desk.stop(OWNER, begun.trial_id)
        assert (stopped.is_done, stopped.problem, stopped.report) == (True, "stopped", None)
        assert (await desk.stop(OWNER, begun.trial_id)).problem == "stopped"

        assert len(await service.alerts(OWNER, AlertQuery(limit=50))) == alerts, "no alert is raised"
        assert [entry.actor for entry in looks] == ["owner", "owner", "owner", "reviewer"]
        assert looks[-1].target.startswith("candidate@1+")
        assert "count=4" in looks[-1].target
        with pytest.raises(ServiceError) as caught:
            await desk.trial(OWNER, trial.trial_id)
        assert caught.value.code == "trial.not_found", "it is another person's"

        candidate = own_rules(tmp_path / "candidate", RULES)
        trying = (tmp_path / "state", "--lang", "zh", "policy", "try", str(candidate))
        made = await shopwarden(*trying)
        assert made.code == 0, made.err
        assert "candidate.deposit" in made.out
        assert "[尾-款]" in made.out
        assert NUMBER not in made.out
        made = await shopwarden(*trying, "--with", "jewelery")
        assert (made.code, made.out) == (2, ""), "a pack beside the folder is asked for too"
        assert "没有这个规则包（是不是想写“jewellery”？）" in made.err


async def test_what_cannot_be_used_is_refused_with_its_place_and_who_may_not_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        desk = service.desks.workbench

        async def refused(caller: Caller, wanted: TrialRequest) -> ServiceError:
            with pytest.raises(ServiceError) as caught:
                await desk.start(caller, wanted)
            return caught.value

        for text, told in ((BROKEN, "should hit"), (RULES.replace("words", "wrods"), "own.toml:"), ("[[rule", "own")):
            error = await refused(OWNER, request(text))
            assert error.code == "policy.refused"
            assert told in str(error.values["problem"])
        assert (await refused(OWNER, TrialRequest(packs=("../etc",)))).code == "policy.refused"
        assert (await refused(OWNER, TrialRequest())).code == "policy.no_rules"
        assert (await refused(OWNER, request(device="NOPE"))).code == "device.not_found"
        now = datetime.now(UTC)
        assert (await refused(OWNER, request(since=now, until=now))).code == "events.empty_range"
        for caller in (ADMIN, AUDITOR, EMPLOYEE):
            assert (await refused(caller, request())).code == "permission.denied"
        with pytest.raises(ServiceError) as caught:
            await desk.rules(EMPLOYEE)
        assert caught.value.code == "permission.denied"


async def test_the_rules_in_force_and_why_they_find_a_text(tmp_path: Path) -> None:
    config = quick_config()
    assert config.policy == PolicySection()
    async with running(tmp_path, config) as service:
        desk = service.desks.workbench
        rules = await desk.rules(REVIEWER)
        assert rules.version.startswith("retail-zh@")
        wechat = next(rule for rule in rules.items if rule.rule_id == "retail.off-platform.wechat")
        assert wechat.title == "引导加个人微信"
        assert wechat.hits_7d == 0
        assert (await desk.rules(AUDITOR)).items[0].hits_7d is None, "alerts are not for the auditor"
        found = await desk.explain(ADMIN, ExplainRequest(text=f"力口我徽信 {NUMBER}"))
        (hit,) = [path for path in found.paths if path.is_hit]
        assert (hit.rule_id, hit.how, found.text[hit.start : hit.end]) == (wechat.rule_id, "split", "力口我徽信")
        assert "力口 = 加（拆字）" in {step.told for step in hit.steps}
        assert [move.severity for move in hit.severity] == ["medium", "high", "critical"]
        assert found.masked.endswith("138****0017")


async def test_an_alert_tells_what_its_rule_advises(tmp_path: Path) -> None:
    advice = 'advice = { en = "Look at the till.", zh = "核对收银记录。" }\ncategory'
    folder = own_rules(tmp_path, RULES.replace("category", advice, 1))
    policy = PolicySection(packs=(), dir=str(folder))
    async with (
        phone("SIMBENCH2") as one,
        running(tmp_path, replace(quick_config(one), policy=policy)) as service,
    ):
        await enrolled(service, "SIMBENCH2")
        one.store.add_sms(address=NUMBER, body="定金转我", box=SmsBox.SENT)

        async def is_raised() -> bool:
            return bool(await service.alerts(REVIEWER, AlertQuery(limit=5)))

        await until(is_raised)
        (alert,) = await service.alerts(REVIEWER, AlertQuery(limit=5))
        assert alert.advice == "核对收银记录。"
        (rule,) = (await service.desks.workbench.rules(OWNER)).items
        assert (rule.advice, rule.hits_7d) == ("Look at the till.", 1)
