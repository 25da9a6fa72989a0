"""The shop's papers: impact assessments, versions of the notice, the log of incidents."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import msgspec

from policies.display import safe_display

from ..api.documents import (
    AcceptAssessment,
    AcknowledgeNotice,
    Assessment,
    CloseIncident,
    DocumentKind,
    DocumentStep,
    Incident,
    IncidentNote,
    NewAssessment,
    NewIncident,
    NoticeVersion,
    Template,
)
from ..api.texts import Texts
from ..archive.documents import DocumentDraft
from ..archive.errors import IllegalTransitionError, RecordNotFoundError
from ..desk_parts import DeskParts
from ..roles import Permission, require
from ..service import Caller
from ..service_errors import not_found, refusing, unusable
from .assessment import facts_of, filled_template
from .notices import Notices
from .papers import PaperFacts, Papers, encoded
from .subject import told

_AUTHORITY_HOURS: Final = 72
_CLOCKS_DIFFER = timedelta(minutes=5)


class DocumentsDesk:
    """Raises ServiceError only."""

    def __init__(self, parts: DeskParts, papers: Papers, notices: Notices) -> None:
        self._parts = parts
        self._papers = papers
        self._archive = parts.archive
        self._notices = notices

    async def assessments(self, caller: Caller) -> tuple[Assessment, ...]:
        """Newest first, without their texts."""
        require(caller, Permission.DOCUMENTS_READ)
        with refusing():
            return tuple(reversed(await self._papers.assessments()))

    async def assessment(self, caller: Caller, version: int) -> Assessment:
        """With its text."""
        require(caller, Permission.DOCUMENTS_READ)
        with refusing():
            steps = await self._archive.documents.steps(DocumentKind.ASSESSMENT)
            text = next((one.body for one in steps if one.name == str(version) and one.body is not None), None)
            for one in await self._papers.assessments():
                if one.version == version:
                    return msgspec.structs.replace(one, text=text)
        raise not_found("rights.document")

    async def template(self, caller: Caller, language: str | None) -> Template:
        """As it would be stored now."""
        require(caller, Permission.DOCUMENTS_READ)
        texts = self._texts(language)
        with refusing():
            return Template(language=texts.language.value, text=filled_template(await self._papers.situation(), texts))

    async def write_assessment(self, caller: Caller, body: NewAssessment) -> Assessment:
        """A new version; the one before stays."""
        require(caller, Permission.DOCUMENTS_WRITE)
        with refusing():
            situation = await self._papers.situation()
            text = body.text or filled_template(situation, self._texts(body.language))
            digest = hashlib.sha256(text.encode()).hexdigest()
            facts = PaperFacts(sha256=digest, fingerprint=facts_of(situation).sha256())
            await self._parts.audit.write(caller, "documents.assessment", f"sha256:{digest[:16]}")
            written = await self._archive.documents.add(
                DocumentDraft(
                    kind=DocumentKind.ASSESSMENT,
                    step=DocumentStep.WRITTEN,
                    actor=caller.name,
                    body=text,
                    facts=encoded(facts),
                )
            )
        return await self.assessment(caller, int(written.name))

    async def accept(self, caller: Caller, version: int, body: AcceptAssessment) -> Assessment:
        """Somebody answers for it."""
        require(caller, Permission.DOCUMENTS_WRITE)
        with _refusing():
            facts = PaperFacts(fingerprint=facts_of(await self._papers.situation()).sha256())
            await self._parts.audit.write(caller, "documents.accept", f"assessment {version}", reason=told(body.reason))
            await self._archive.documents.add(
                DocumentDraft(
                    kind=DocumentKind.ASSESSMENT,
                    step=DocumentStep.ACCEPTED,
                    actor=caller.name,
                    name=str(version),
                    title=told(body.reason),
                    facts=encoded(facts),
                )
            )
        return await self.assessment(caller, version)

    async def notices(self, caller: Caller) -> tuple[NoticeVersion, ...]:
        """The present one first."""
        require(caller, Permission.DOCUMENTS_READ)
        with refusing():
            return await self._notices.versions()

    async def acknowledge(self, caller: Caller, body: AcknowledgeNotice) -> tuple[NoticeVersion, ...]:
        """An employee signed the present notice on paper."""
        require(caller, Permission.DOCUMENTS_WRITE)
        with refusing():
            if body.employee not in {one.employee for one in await self._archive.enrolments()}:
                raise not_found("rights.employee")
            await self._parts.audit.write(caller, "documents.acknowledge", self._notices.current_sha256()[:16])
            await self._notices.acknowledge(body.employee, actor=caller.name)
            return await self._notices.versions()

    async def incidents(self, caller: Caller) -> tuple[Incident, ...]:
        """Newest first, without their steps."""
        require(caller, Permission.DOCUMENTS_READ)
        with refusing():
            found = await self._papers.incidents()
        return tuple(msgspec.structs.replace(one, steps=()) for one in reversed(found))

    async def incident(self, caller: Caller, incident_id: str) -> Incident:
        """With its steps."""
        require(caller, Permission.DOCUMENTS_READ)
        return await self._incident(incident_id)

    async def add_incident(self, caller: Caller, body: NewIncident) -> Incident:
        """Contact details in the text are masked before it is kept."""
        require(caller, Permission.DOCUMENTS_WRITE)
        if body.noticed_at > self._parts.clock.now() + _CLOCKS_DIFFER:
            raise unusable("rights.received_in_future")
        with refusing():
            await self._parts.audit.write(caller, "incidents.add", "incident")
            added = await self._archive.documents.add(
                DocumentDraft(
                    kind=DocumentKind.INCIDENT,
                    step=DocumentStep.WRITTEN,
                    actor=caller.name,
                    title=told(body.told),
                    body=told(body.what),
                    facts=encoded(PaperFacts(noticed_at=body.noticed_at)),
                )
            )
        return await self._incident(added.name)

    async def note_incident(self, caller: Caller, incident_id: str, body: IncidentNote) -> Incident:
        """What was found out, or who was told."""
        step = DocumentStep.NOTED if body.told is None else DocumentStep.TOLD
        return await self._incident_step(caller, incident_id, step, text=body.text, whom=body.told)

    async def close_incident(self, caller: Caller, incident_id: str, body: CloseIncident) -> Incident:
        """Nothing follows."""
        return await self._incident_step(caller, incident_id, DocumentStep.CLOSED, text=body.reason, whom=None)

    async def notification(self, caller: Caller, incident_id: str, language: str | None) -> Template:
        """What the authority and the people concerned are told, to be completed."""
        require(caller, Permission.DOCUMENTS_READ)
        incident = await self._incident(incident_id)
        texts = self._texts(language)
        text = texts.get(
            "document.incident",
            store=self._parts.config.store.name,
            incident=incident.incident_id,
            noticed=incident.noticed_at.isoformat(timespec="minutes"),
            what=safe_display(incident.what, 4_000),
        )
        return Template(language=texts.language.value, text=text)

    async def _incident(self, incident_id: str) -> Incident:
        with refusing():
            for one in await self._papers.incidents():
                if one.incident_id == incident_id:
                    return one
        raise not_found("rights.document")

    async def _incident_step(
        self, caller: Caller, incident_id: str, step: DocumentStep, *, text: str, whom: str | None
    ) -> Incident:
        require(caller, Permission.DOCUMENTS_WRITE)
        with _refusing():
            await self._parts.audit.write(caller, f"incidents.{step.value}", incident_id)
            await self._archive.documents.add(
                DocumentDraft(
                    kind=DocumentKind.INCIDENT,
                    step=step,
                    actor=caller.name,
                    name=incident_id,
                    title=told(whom),
                    body=told(text),
                )
            )
        return await self._incident(incident_id)

    def _texts(self, language: str | None) -> Texts:
        wanted = language or self._parts.config.store.language
        return self._parts.texts.get(wanted) or self._parts.texts["en"]


@contextmanager
def _refusing() -> Iterator[None]:
    with refusing():
        try:
            yield
        except IllegalTransitionError:
            raise unusable("rights.wrong_state", http_status=409) from None
        except RecordNotFoundError:
            raise not_found("rights.document") from None
