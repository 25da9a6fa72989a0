"""Impact assessments and incidents as their steps tell them."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from adb_bridge.clock import Clock

from ..api.documents import Assessment, DocumentKind, DocumentStep, Incident, IncidentStep
from ..archive.archive import Archive
from ..archive.documents import ArchivedDocument
from ..config import Config
from .assessment import KEPT_YEARS, REVIEW_DAYS, Situation, facts_of
from .notices import Notices

_AUTHORITY_HOURS: Final = 72


class PaperFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept with a step."""

    sha256: str = ""
    fingerprint: str = ""
    noticed_at: datetime | None = None


class Papers:
    """Raises what the archive raises."""

    def __init__(self, archive: Archive, config: Config, clock: Clock, notices: Notices) -> None:
        self._archive = archive
        self._config = config
        self._clock = clock
        self._notices = notices

    async def assessments(self) -> list[Assessment]:
        """Oldest first, without texts."""
        steps = await self._archive.documents.steps(DocumentKind.ASSESSMENT)
        accepted = {one.name: one for one in steps if one.step is DocumentStep.ACCEPTED}
        newest = max((int(name) for name in accepted), default=0)
        fingerprint = facts_of(await self.situation()).sha256()
        now = self._clock.now()
        found: list[Assessment] = []
        for one in steps:
            if one.step is not DocumentStep.WRITTEN:
                continue
            yes = accepted.get(one.name)
            review = None if yes is None else yes.at + timedelta(days=REVIEW_DAYS)
            fits = yes is not None and _decoded(yes).fingerprint == fingerprint
            found.append(
                Assessment(
                    version=int(one.name),
                    written_at=one.at,
                    written_by=one.actor,
                    sha256=_decoded(one).sha256,
                    accepted_at=None if yes is None else yes.at,
                    accepted_by=None if yes is None else yes.actor,
                    reason=None if yes is None else yes.title,
                    is_current=int(one.name) == newest and fits and review is not None and now < review,
                    review_due_at=review,
                    kept_until=one.at + timedelta(days=KEPT_YEARS * 366),
                )
            )
        return found

    async def incidents(self) -> list[Incident]:
        """Oldest first."""
        by_name: dict[str, list[ArchivedDocument]] = {}
        for step in await self._archive.documents.steps(DocumentKind.INCIDENT):
            by_name.setdefault(step.name, []).append(step)
        return [_incident(name, steps) for name, steps in by_name.items()]

    async def situation(self) -> Situation:
        """How the shop works now."""
        return Situation(
            config=self._config,
            enrolments=await self._archive.enrolments(),
            notice_sha256=self._notices.current_sha256(),
            now=self._clock.now(),
        )


def _incident(name: str, steps: list[ArchivedDocument]) -> Incident:
    first = steps[0]
    noticed = _decoded(first).noticed_at or first.at
    return Incident(
        incident_id=name,
        what=first.body or "",
        noticed_at=noticed,
        recorded_at=first.at,
        recorded_by=first.actor,
        is_open=all(step.step is not DocumentStep.CLOSED for step in steps),
        told=tuple(step.title for step in steps if step.title is not None),
        authority_due_at=noticed + timedelta(hours=_AUTHORITY_HOURS),
        steps=tuple(
            IncidentStep(at=step.at, actor=step.actor, step=step.step, text=step.body, told=step.title)
            for step in steps
        ),
    )


def encoded(facts: PaperFacts) -> str:
    """Canonical JSON."""
    return msgspec.json.encode(facts, order="sorted").decode()


def _decoded(step: ArchivedDocument) -> PaperFacts:
    try:
        return msgspec.json.decode(step.facts, type=PaperFacts)
    except msgspec.MsgspecError:
        return PaperFacts()
