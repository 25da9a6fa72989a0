"""Behind `/v1/policy`: the rules in force, why a text is found, a candidate set tried on the archive."""

import asyncio
from collections import Counter
from datetime import timedelta

from msgspec import structs

from adb_bridge.clock import Clock
from policies.display import safe_display
from policies.engine import Engine
from policies.errors import RuleError
from policies.explaining import Explainer
from policies.model import Side
from policies.packs.loader import load_candidate

from ..api.exit_codes import ExitCode
from ..api.policy import (
    ExplainedText,
    ExplainRequest,
    RuleInForce,
    RulesInForce,
    Trial,
    TrialReport,
    TrialRequest,
)
from ..api.texts import Texts
from ..api.wire import Alert
from ..archive.archive import Archive
from ..archive.drafts import AlertFilter
from ..audit import AuditTrail
from ..device_directory import DeviceDirectory
from ..judge import Judge
from ..rights.guard import PrivacyGuard
from ..rights.sight import Sight
from ..roles import Permission, may, require
from ..rule_reasons import reason_in_words
from ..service import Caller, ServiceError
from ..service_errors import not_found, refusing, unusable
from .report import report_of, title_of
from .trials import Running, Trials, compare
from .window import Messages, Window, read
from .words import explained

LATELY = timedelta(days=7)
_ALERT_PAGE = 500
_MOST_ALERTS = 5_000
MOST_TROUBLE = 2_000
"""Code points told of why a candidate cannot be used."""


class WorkbenchDesk:
    """One per daemon. Raises ServiceError only."""

    def __init__(
        self,
        *,
        archive: Archive,
        audit: AuditTrail,
        clock: Clock,
        directory: DeviceDirectory,
        guard: PrivacyGuard,
        judge: Judge,
        texts: dict[str, Texts],
    ) -> None:
        self._archive = archive
        self._audit = audit
        self._clock = clock
        self._directory = directory
        self._guard = guard
        self._judge = judge
        self._texts = texts
        self._trials = Trials()
        self._explainer = Explainer(judge.engine)
        self._explaining = asyncio.Lock()
        self._advised: Engine | None = None
        self._advice: dict[str, tuple[tuple[str, str], ...]] = {}

    async def rules(self, caller: Caller) -> RulesInForce:
        """All that are in force."""
        require(caller, Permission.POLICY_READ)
        texts, ruleset = self._words(caller), self._judge.engine.ruleset
        counts: Counter[str] | None = None
        if may(caller.role, Permission.ALERTS_READ):
            with refusing():
                counts = await self._lately()
        return RulesInForce(
            version=ruleset.version,
            items=tuple(
                RuleInForce(
                    rule_id=rule.id,
                    title=title_of(rule, texts),
                    category=rule.category,
                    severity=rule.severity.value,
                    advice=advice_of(rule.advice, texts),
                    hits_7d=None if counts is None else counts[rule.id],
                )
                for rule in ruleset.rules
            ),
        )

    def advised(self, alert: Alert, sight: Sight) -> Alert:
        """With what its rule, as it is in force now, tells a reviewer to look at."""
        engine = self._judge.engine
        if self._advised is not engine:
            self._advice = {rule.id: rule.advice for rule in engine.ruleset.rules}
            self._advised = engine  # last: pages are made in threads
        advice = advice_of(self._advice.get(alert.rule_id, ()), sight.texts)
        return structs.replace(alert, advice=advice or None)

    async def explain(self, caller: Caller, request: ExplainRequest) -> ExplainedText:
        """By the rules in force. The text is the caller's own; it is neither kept nor logged."""
        require(caller, Permission.POLICY_READ)
        async with self._explaining:
            if self._explainer.engine is not self._judge.engine:
                self._explainer = Explainer(self._judge.engine)
            explainer = self._explainer
            found = await asyncio.to_thread(
                lambda: explainer.explain(
                    request.text,
                    channel=request.channel,
                    side=Side(request.side.value),
                    previous=request.prev,
                )
            )
        return explained(found, self._words(caller))

    async def start(self, caller: Caller, request: TrialRequest) -> Trial:
        """Load the candidate as the daemon would, its samples run; then judge the window by it, beside everything else.

        `policy.refused` with the reason when it cannot be used; `policy.trial_running` while another is tried.
        """
        require(caller, Permission.POLICY_TRY)
        if not request.files and not request.packs:
            raise unusable("policy.no_rules")
        if request.since is not None and request.until is not None and request.since >= request.until:
            raise unusable("events.empty_range")
        if request.device is not None and not await self._directory.knows(request.device):
            raise not_found("device")
        files = [(file.name, file.text.encode("utf-8")) for file in request.files]
        try:
            candidate = await asyncio.to_thread(load_candidate, request.packs, files)
        except RuleError as error:
            raise ServiceError(
                "policy.refused",
                http_status=422,
                exit_code=ExitCode.USAGE,
                problem=safe_display(reason_in_words(str(error), self._words(caller)), MOST_TROUBLE),
            ) from error
        window = Window(
            since=request.since,
            until=request.until,
            device=self._directory.named(request.device),
            limit=request.limit,
        )
        return self._trials.begin(caller, lambda running: self._try(caller, candidate, window, running)).view

    async def trial(self, caller: Caller, trial_id: str) -> Trial:
        """How one's own trial stands."""
        require(caller, Permission.POLICY_TRY)
        return self._running(caller, trial_id).view

    async def stop(self, caller: Caller, trial_id: str) -> Trial:
        """End one's own trial; nothing of it is left."""
        require(caller, Permission.POLICY_TRY)
        running = self._running(caller, trial_id)
        self._trials.stop(running)
        return running.view

    async def close(self) -> None:
        """The daemon ends: so do trials."""
        await self._trials.close()

    async def _try(self, caller: Caller, candidate: Engine, window: Window, running: Running) -> TrialReport:
        found = Messages(events=[])
        async for found in read(self._archive, self._guard, window):
            running.of = len(found.events)
        target = f"{candidate.version} {window.told()} count={len(found.events)}"
        await self._audit.write(caller, "policy.try", target)

        def told(done: int) -> None:
            running.done = done

        now = self._judge.engine.ruleset
        tally = await compare(self._judge, candidate, found.events, told)
        sight = await self._guard.sight(caller.role, self._words(caller))
        return await asyncio.to_thread(lambda: report_of(tally, candidate.ruleset, now, sight, is_cut=found.is_cut))

    async def _lately(self) -> Counter[str]:
        """Alerts of the last days by rule."""
        since = self._clock.now() - LATELY
        counts: Counter[str] = Counter()
        before: int | None = None
        for _ in range(0, _MOST_ALERTS, _ALERT_PAGE):
            page = await self._archive.alerts(AlertFilter(before=before, limit=_ALERT_PAGE))
            counts.update(alert.verdict.rule_id for alert in page if alert.raised_at >= since)
            if len(page) < _ALERT_PAGE or page[-1].raised_at < since:
                break
            before = page[-1].ledger_index
        return counts

    def _running(self, caller: Caller, trial_id: str) -> Running:
        running = self._trials.find(caller, trial_id)
        if running is None:
            raise not_found("trial")
        return running

    def _words(self, caller: Caller) -> Texts:
        return self._texts.get(caller.language) or self._texts["en"]


def advice_of(advice: tuple[tuple[str, str], ...], texts: Texts) -> str:
    """What a reviewer should look at, in the reader's language; empty when the rule's author gave none."""
    return safe_display(dict(advice).get(texts.language.value, ""))
