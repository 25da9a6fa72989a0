"""Routes of the shop's papers: impact assessments, notices, incidents."""

from ..api.documents import (
    AcceptAssessment,
    AcknowledgeNotice,
    Assessment,
    CloseIncident,
    DocumentLanguage,
    Incident,
    IncidentNote,
    NewAssessment,
    NewIncident,
    NoticeVersion,
    Template,
)
from ..api.requests import Nothing
from ..api.wire import Page
from ..rights.documents_desk import DocumentsDesk
from ..roles import Permission
from .call import ApiRoute, Call, invalid_request
from .table import json_route

_READ, _WRITE = Permission.DOCUMENTS_READ, Permission.DOCUMENTS_WRITE
_LONGEST_VERSION = 9


def _desk(call: Call) -> DocumentsDesk:
    return call.service.desks.documents


def _version(call: Call) -> int:
    text = call.path["version"]
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VERSION):
        raise invalid_request("version")
    return int(text)


async def _assessments(call: Call, _query: Nothing, _body: Nothing) -> Page[Assessment]:
    return Page(items=await _desk(call).assessments(call.caller))


async def _assessment(call: Call, _query: Nothing, _body: Nothing) -> Assessment:
    return await _desk(call).assessment(call.caller, _version(call))


async def _template(call: Call, query: DocumentLanguage, _body: Nothing) -> Template:
    return await _desk(call).template(call.caller, query.language)


async def _write(call: Call, _query: Nothing, body: NewAssessment) -> Assessment:
    return await _desk(call).write_assessment(call.caller, body)


async def _accept(call: Call, _query: Nothing, body: AcceptAssessment) -> Assessment:
    return await _desk(call).accept(call.caller, _version(call), body)


async def _notices(call: Call, _query: Nothing, _body: Nothing) -> Page[NoticeVersion]:
    return Page(items=await _desk(call).notices(call.caller))


async def _acknowledge(call: Call, _query: Nothing, body: AcknowledgeNotice) -> Page[NoticeVersion]:
    return Page(items=await _desk(call).acknowledge(call.caller, body))


async def _incidents(call: Call, _query: Nothing, _body: Nothing) -> Page[Incident]:
    return Page(items=await _desk(call).incidents(call.caller))


async def _incident(call: Call, _query: Nothing, _body: Nothing) -> Incident:
    return await _desk(call).incident(call.caller, call.path["incident_id"])


async def _add(call: Call, _query: Nothing, body: NewIncident) -> Incident:
    return await _desk(call).add_incident(call.caller, body)


async def _note(call: Call, _query: Nothing, body: IncidentNote) -> Incident:
    return await _desk(call).note_incident(call.caller, call.path["incident_id"], body)


async def _close(call: Call, _query: Nothing, body: CloseIncident) -> Incident:
    return await _desk(call).close_incident(call.caller, call.path["incident_id"], body)


async def _notification(call: Call, query: DocumentLanguage, _body: Nothing) -> Template:
    return await _desk(call).notification(call.caller, call.path["incident_id"], query.language)


DOCUMENTS_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/documents/assessments", permission=_READ,
        summary="Versions of the impact assessment, newest first",
        handler=_assessments, query=Nothing, body=Nothing, answer=Page[Assessment],
    ),
    json_route(
        method="POST", path="/v1/documents/assessments", permission=_WRITE,
        summary="A new version of the impact assessment; without a text, the template as it is filled now",
        handler=_write, query=Nothing, body=NewAssessment, answer=Assessment, status=201,
    ),
    json_route(
        method="GET", path="/v1/documents/assessment-template", permission=_READ,
        summary="The template of the impact assessment, filled with how the shop works now",
        handler=_template, query=DocumentLanguage, body=Nothing, answer=Template,
    ),
    json_route(
        method="GET", path="/v1/documents/assessments/{version}", permission=_READ,
        summary="One version with its text", handler=_assessment, query=Nothing, body=Nothing, answer=Assessment,
    ),
    json_route(
        method="POST", path="/v1/documents/assessments/{version}/accept", permission=_WRITE,
        summary="Somebody answers for this version",
        handler=_accept, query=Nothing, body=AcceptAssessment, answer=Assessment,
    ),
    json_route(
        method="GET", path="/v1/documents/notices", permission=_READ,
        summary="Versions of the notice, who acknowledged them and who has not",
        handler=_notices, query=Nothing, body=Nothing, answer=Page[NoticeVersion],
    ),
    json_route(
        method="POST", path="/v1/documents/notices/acknowledge", permission=_WRITE,
        summary="An employee signed the present notice",
        handler=_acknowledge, query=Nothing, body=AcknowledgeNotice, answer=Page[NoticeVersion],
    ),
    json_route(
        method="GET", path="/v1/incidents", permission=_READ, summary="The log of incidents, newest first",
        handler=_incidents, query=Nothing, body=Nothing, answer=Page[Incident],
    ),
    json_route(
        method="POST", path="/v1/incidents", permission=_WRITE, summary="A new entry of the log of incidents",
        handler=_add, query=Nothing, body=NewIncident, answer=Incident, status=201,
    ),
    json_route(
        method="GET", path="/v1/incidents/{incident_id}", permission=_READ, summary="One incident with its steps",
        handler=_incident, query=Nothing, body=Nothing, answer=Incident,
    ),
    json_route(
        method="POST", path="/v1/incidents/{incident_id}/note", permission=_WRITE,
        summary="What was found out or done, or who was told",
        handler=_note, query=Nothing, body=IncidentNote, answer=Incident,
    ),
    json_route(
        method="POST", path="/v1/incidents/{incident_id}/close", permission=_WRITE, summary="The end of an incident",
        handler=_close, query=Nothing, body=CloseIncident, answer=Incident,
    ),
    json_route(
        method="GET", path="/v1/incidents/{incident_id}/notification", permission=_READ,
        summary="The letter to the authority and the people concerned, to be completed",
        handler=_notification, query=DocumentLanguage, body=Nothing, answer=Template,
    ),
)  # fmt: skip
