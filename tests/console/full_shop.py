"""A daemon's client of a shop where every screen has something to show. Clock and data are fixed; nothing is real."""

import math
from datetime import timedelta

import msgspec

from daemon.api.figures import FigureName, Figures, FigureSeries, Measure, Unit
from daemon.api.policy import RuleInForce, RulesInForce
from daemon.api.rule_state import RuleFileState, RuleFileStatus, RulesState
from daemon.api.wire import AuditEntry, CommandState, Health, HealthCheck, Page, Verb

from . import sample_shop as sample
from .alert_desk import AlertDesk
from .command_desk import CommandDesk
from .fake_client import FakeClient
from .services_desk import install_services

_CHECKS = {
    "en": (
        ("disk", "warn", "3.1 GiB free of 119 GiB.", "Make room: `shopwarden doctor` names what is large."),
        ("backup", "warn", "The last backup is 9 days old.", "Run `shopwarden backup DIR`."),
        ("clock", "ok", "Right to the second.", None),
        ("witness", "ok", "Continues the heads outside.", None),
        ("rules", "ok", "21 rules, none refused.", None),
    ),
    "zh": (
        ("disk", "warn", "可用 3.1 GiB，共 119 GiB。", "请腾出空间：`shopwarden doctor` 会列出占用最大的内容。"),
        ("backup", "warn", "最近一次备份在 9 天前。", "请执行 `shopwarden backup 目录`。"),
        ("clock", "ok", "误差在一秒以内。", None),
        ("witness", "ok", "与外部保存的树头一致。", None),
        ("rules", "ok", "共 21 条规则，均可用。", None),
    ),
}
_RULES = {
    "en": (
        "Invites to a private WeChat",
        "Asks for payment to a person",
        "Promises what the shop does not",
        "Rude words",
    ),
    "zh": ("引导加个人微信", "私下转账给个人", "超出门店承诺", "辱骂用语"),
}
_CATEGORIES = ("off_platform_contact", "off_till_sale", "promise", "conduct")
_SEVERITIES = ("high", "critical", "medium", "low")
_ACTIONS = ("events.reveal", "events.search", "export.ask", "policy.try", "web.login")


class FullShop(FakeClient):
    """In one language, as a daemon would answer."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(language=language)
        self._word(language)
        CommandDesk(self).follow(
            sample.command(9, device=sample.ZHOU, state=CommandState.UNKNOWN, needs_decision=True, tries=1)
        )
        self.command_list += [
            sample.command(2, device=sample.HE, requested_at=sample.ago(minutes=2)),
            sample.command(
                1, verb=Verb.REFETCH, requested_at=sample.ago(hours=3), updated_at=sample.ago(hours=3),
                state=CommandState.ACKNOWLEDGED,
            ),
        ]  # fmt: skip
        install_services(self)
        self.answers["GET", "/v1/policy/rules"] = lambda body: self._rules()
        self.answers["GET", "/v1/policy/state"] = lambda body: _rules_state()
        self.answers["GET", "/v1/audit"] = lambda body: self._audit()
        self.answers["GET", "/v1/figures"] = lambda body: self._figures()

    def speak(self, language: str) -> None:
        super().speak(language)
        self._word(language)

    def _word(self, language: str) -> None:
        self._language = language
        self.hello = sample.hello(language=language)
        self.device_list = sample.many_devices(language)
        self.alert_list = list(sample.many_alerts(language))
        AlertDesk(self)
        for one in self.device_list:
            self.answers["GET", f"/v1/devices/{one.serial}"] = lambda body, known=one: known  # type: ignore[misc]
        CommandDesk(self)

    async def health(self) -> Health:
        checks = tuple(
            HealthCheck(name=name, status=status, detail=detail, advice=advice)
            for name, status, detail, advice in _CHECKS[self._language]
        )
        return msgspec.structs.replace(sample.health(), checks=checks)

    def _rules(self) -> RulesInForce:
        items = tuple(
            RuleInForce(
                rule_id=f"retail.{category.replace('_', '-')}", title=title, category=category, severity=severity,
                advice="", hits_7d=hits,
            )
            for title, category, severity, hits in zip(
                _RULES[self._language], _CATEGORIES, _SEVERITIES, (17, 4, 2, 0), strict=True
            )
        )  # fmt: skip
        return RulesInForce(version="retail-zh@2+449f2077", items=items)

    def _audit(self) -> Page[AuditEntry]:
        query = next((asked for name, asked in reversed(self.asked) if name == "GET /v1/audit"), None)
        if isinstance(query, dict) and "before" in query:
            return Page(items=())
        return Page(
            items=tuple(
                AuditEntry(
                    audit_id=number, ledger_index=1000 + number, at=sample.ago(minutes=7 * (60 - number)),
                    actor=("owner", "lin", "web:he")[number % 3], role=("owner", "reviewer", "auditor")[number % 3],
                    action=_ACTIONS[number % 5], target=f"ev_{number:04d}",
                    reason=None if number % 2 else "customer complaint 118",
                    outcome="ok" if number % 9 else "refused",
                )
                for number in range(60, 0, -1)
            )
        )  # fmt: skip

    def _figures(self) -> Figures:
        asked = next(query for name, query in reversed(self.asked) if name == "GET /v1/figures")
        name = FigureName(asked["name"]) if isinstance(asked, dict) else FigureName.ALERTS
        count = 48
        starts = tuple(sample.NOW - timedelta(hours=count - number) for number in range(count))

        def wave(height: float, shift: int) -> tuple[float | None, ...]:
            return tuple(round(height * (1 + math.sin((number + shift) / 5))) for number in range(count))

        match name:
            case FigureName.ALERTS:
                series = tuple(
                    FigureSeries(label=label, measure=Measure.TOTAL, unit=Unit.COUNT, values=wave(height, shift))
                    for label, height, shift in (("critical", 1, 3), ("high", 3, 0), ("medium", 5, 7))
                )
            case FigureName.REPLIES:
                series = (FigureSeries(label="p50", measure=Measure.MEDIAN, unit=Unit.MINUTES, values=wave(6, 2)),)
            case _:
                series = (FigureSeries(label="battery", measure=Measure.LAST, unit=Unit.PERCENT, values=wave(40, 5)),)
        return Figures(
            name=name,
            bucket_s=3600,
            since=starts[0],
            until=sample.NOW,
            starts=starts,
            series=series,
            known_since=starts[0],
        )


def _rules_state() -> RulesState:
    return RulesState(
        version="retail-zh@2+449f2077", packs=("retail-zh",), rules=21,
        files=(
            RuleFileState(name="own.toml", status=RuleFileStatus.OK, problem=None, line=None),
            RuleFileState(name="tried.toml", status=RuleFileStatus.REFUSED, problem="unknown key: wrods", line=12),
        ),
        watched_dir="/etc/shopwarden/rules", loaded_at=sample.ago(hours=5),
    )  # fmt: skip
