"""What `doctor` reminds of: requests that are due, and papers that are missing or old."""

from datetime import timedelta

from adb_bridge.clock import Clock

from ..api.texts import Texts
from ..api.wire import HealthCheck
from ..archive.archive import Archive
from ..config import Config
from ..health_check import Status, check
from .notices import Notices
from .papers import Papers


class Reminders:
    """Reads, changes nothing. Raises what the archive raises."""

    def __init__(self, archive: Archive, config: Config, clock: Clock) -> None:
        self._archive = archive
        self._config = config
        self._clock = clock
        self._notices = Notices(archive, config)
        self._papers = Papers(archive, config, clock, self._notices)

    async def checks(self, texts: Texts) -> list[HealthCheck]:
        """Two lines."""
        return [await self._requests(texts), await self._documents(texts)]

    async def _requests(self, texts: Texts) -> HealthCheck:
        now = self._clock.now()
        still_open = [one for one in await self._archive.requests.all() if one.state.is_open]
        if not still_open:
            return check("requests", Status.OK, texts.get("health.requests.none"))
        days = self._config.requests.remind_days
        advice = texts.get("health.requests.advice")
        overdue = sum(now > one.due_at for one in still_open)
        if overdue:
            return check("requests", Status.FAIL, texts.get("health.requests.overdue", overdue=overdue), advice)
        soon = sum(one.due_at - now <= timedelta(days=days) for one in still_open)
        if soon:
            return check("requests", Status.WARN, texts.get("health.requests.soon", soon=soon, days=days), advice)
        due = min(one.due_at for one in still_open).date().isoformat()
        return check("requests", Status.OK, texts.get("health.requests.open", open=len(still_open), due=due))

    async def _documents(self, texts: Texts) -> HealthCheck:
        trouble = await self._trouble(texts)
        if not trouble:
            return check("documents", Status.OK, texts.get("health.documents.ok"))
        return check("documents", Status.WARN, "; ".join(trouble), texts.get("health.documents.advice"))

    async def _trouble(self, texts: Texts) -> list[str]:
        found: list[str] = []
        accepted = [one for one in await self._papers.assessments() if one.accepted_at is not None]
        if not accepted:
            found.append(texts.get("health.documents.no_assessment"))
        elif not accepted[-1].is_current:
            due = accepted[-1].review_due_at
            is_old = due is not None and self._clock.now() >= due
            found.append(texts.get(f"health.documents.assessment_{'old' if is_old else 'changed'}"))
        if missing := await self._notices.missing():
            found.append(texts.get("health.documents.notice_missing", count=len(missing)))
        if count := sum(one.is_open for one in await self._papers.incidents()):
            found.append(texts.get("health.documents.incidents", count=count))
        return found
