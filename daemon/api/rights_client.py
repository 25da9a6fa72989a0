"""Calls about requests of people, of employees about themselves, and about the shop's papers."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from .calling import Calling, Fetching, segment
from .documents import (
    AcceptAssessment,
    AcknowledgeNotice,
    Assessment,
    CloseIncident,
    Incident,
    IncidentNote,
    NewAssessment,
    NewIncident,
    NoticeVersion,
    Template,
)
from .me import OwnRecords, OwnRequest
from .requests import Nothing
from .rights import (
    AnswerRequest,
    AssignRequest,
    CloseRequest,
    CorrectRequest,
    ErasureRequest,
    ExtendRequest,
    MarkRequest,
    NewRequest,
    NoteRequest,
    Reach,
    RequestState,
    SubjectRequest,
)
from .wire import Page

ERASE_TIMEOUT_S = 900.0
REACH_TIMEOUT_S = 60.0

StepBody = AssignRequest | NoteRequest | ExtendRequest | AnswerRequest | CloseRequest
_STEPS: dict[type[StepBody], str] = {
    AssignRequest: "assign",
    NoteRequest: "note",
    ExtendRequest: "extend",
    AnswerRequest: "answer",
    CloseRequest: "close",
}


async def add_request(client: Calling, request: NewRequest) -> SubjectRequest:
    """Keep a request; its time runs from its receipt."""
    return await client.call("POST", "/v1/requests", SubjectRequest, body=request)


async def requests(
    client: Calling, *, state: RequestState | None = None, limit: int = 200
) -> tuple[SubjectRequest, ...]:
    """Open ones first, by due date."""
    query = {"limit": str(limit)} | ({} if state is None else {"state": state.value})
    return (await client.call("GET", "/v1/requests", Page[SubjectRequest], query=query)).items


async def request(client: Calling, request_id: str) -> SubjectRequest:
    """With its steps."""
    return await client.call("GET", f"/v1/requests/{segment(request_id)}", SubjectRequest)


async def take_step(client: Calling, request_id: str, body: StepBody) -> SubjectRequest:
    """Assign, note, extend, answer or close."""
    path = f"/v1/requests/{segment(request_id)}/{_STEPS[type(body)]}"
    return await client.call("POST", path, SubjectRequest, body=body)


async def reach(client: Calling, request_id: str) -> Reach:
    """How many records there are, what would go, what is held."""
    path = f"/v1/requests/{segment(request_id)}/reach"
    return await client.call("GET", path, Reach, timeout_s=REACH_TIMEOUT_S)


async def correct(client: Calling, request_id: str, body: CorrectRequest) -> SubjectRequest:
    """What the person says is right, beside these records."""
    return await client.call("POST", f"/v1/requests/{segment(request_id)}/correct", SubjectRequest, body=body)


async def mark(client: Calling, request_id: str, body: MarkRequest) -> SubjectRequest:
    """Nothing of the person is collected any more."""
    return await client.call("POST", f"/v1/requests/{segment(request_id)}/mark", SubjectRequest, body=body)


async def lift(client: Calling, request_id: str, body: MarkRequest) -> SubjectRequest:
    """Collecting begins again."""
    return await client.call("POST", f"/v1/requests/{segment(request_id)}/lift", SubjectRequest, body=body)


def copy(client: Fetching, request_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
    """The person's bundle in pieces."""
    return client.bundle(f"/v1/requests/{segment(request_id)}/copy")


async def ask_erasure(client: Calling, request_id: str, body: ErasureRequest) -> SubjectRequest:
    """Another person decides."""
    return await client.call("POST", f"/v1/requests/{segment(request_id)}/erasure", SubjectRequest, body=body)


async def approve_erasure(client: Calling, request_id: str, body: ErasureRequest) -> SubjectRequest:
    """Erase; takes up to minutes."""
    path = f"/v1/requests/{segment(request_id)}/erasure/approve"
    return await client.call("POST", path, SubjectRequest, body=body, timeout_s=ERASE_TIMEOUT_S)


async def refuse_erasure(client: Calling, request_id: str, body: ErasureRequest) -> SubjectRequest:
    """Nothing is erased."""
    return await client.call("POST", f"/v1/requests/{segment(request_id)}/erasure/refuse", SubjectRequest, body=body)


async def own_records(client: Calling) -> OwnRecords:
    """What is kept about the caller."""
    return await client.call("GET", "/v1/me", OwnRecords, timeout_s=REACH_TIMEOUT_S)


async def own_request(client: Calling, body: OwnRequest) -> SubjectRequest:
    """A request about one's own records."""
    return await client.call("POST", "/v1/me/requests", SubjectRequest, body=body)


async def acknowledge_own_notice(client: Calling) -> None:
    """The caller has read the present notice."""
    await client.call("POST", "/v1/me/notice", Nothing)


async def assessments(client: Calling) -> tuple[Assessment, ...]:
    """Newest first."""
    return (await client.call("GET", "/v1/documents/assessments", Page[Assessment])).items


async def assessment(client: Calling, version: int) -> Assessment:
    """With its text."""
    return await client.call("GET", f"/v1/documents/assessments/{version:d}", Assessment)


async def assessment_template(client: Calling, language: str | None) -> Template:
    """Filled with how the shop works now."""
    query = {} if language is None else {"language": language}
    return await client.call("GET", "/v1/documents/assessment-template", Template, query=query)


async def write_assessment(client: Calling, body: NewAssessment) -> Assessment:
    """A new version."""
    return await client.call("POST", "/v1/documents/assessments", Assessment, body=body)


async def accept_assessment(client: Calling, version: int, body: AcceptAssessment) -> Assessment:
    """Somebody answers for it."""
    return await client.call("POST", f"/v1/documents/assessments/{version:d}/accept", Assessment, body=body)


async def notices(client: Calling) -> tuple[NoticeVersion, ...]:
    """The present one first."""
    return (await client.call("GET", "/v1/documents/notices", Page[NoticeVersion])).items


async def acknowledge_notice(client: Calling, body: AcknowledgeNotice) -> tuple[NoticeVersion, ...]:
    """An employee signed it."""
    return (await client.call("POST", "/v1/documents/notices/acknowledge", Page[NoticeVersion], body=body)).items


async def incidents(client: Calling) -> tuple[Incident, ...]:
    """Newest first."""
    return (await client.call("GET", "/v1/incidents", Page[Incident])).items


async def incident(client: Calling, incident_id: str) -> Incident:
    """With its steps."""
    return await client.call("GET", f"/v1/incidents/{segment(incident_id)}", Incident)


async def add_incident(client: Calling, body: NewIncident) -> Incident:
    """A new entry of the log."""
    return await client.call("POST", "/v1/incidents", Incident, body=body)


async def note_incident(client: Calling, incident_id: str, body: IncidentNote) -> Incident:
    """Found out, or somebody told."""
    return await client.call("POST", f"/v1/incidents/{segment(incident_id)}/note", Incident, body=body)


async def close_incident(client: Calling, incident_id: str, body: CloseIncident) -> Incident:
    """The end."""
    return await client.call("POST", f"/v1/incidents/{segment(incident_id)}/close", Incident, body=body)


async def notification(client: Calling, incident_id: str, language: str | None) -> Template:
    """A letter to complete."""
    query = {} if language is None else {"language": language}
    return await client.call("GET", f"/v1/incidents/{segment(incident_id)}/notification", Template, query=query)
