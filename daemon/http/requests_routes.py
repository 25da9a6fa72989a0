"""Routes of requests that people make about their records, and of employees' own view."""

from ..api.me import OwnRecords, OwnRequest
from ..api.requests import Nothing
from ..api.rights import (
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
    RequestQuery,
    SubjectRequest,
)
from ..api.wire import Page
from ..rights.desk import OpenedCopy, RequestsDesk
from ..roles import Permission
from .bundle_download import BundleRoute
from .call import ApiRoute, Call
from .table import json_route


def _desk(call: Call) -> RequestsDesk:
    return call.service.desks.requests


async def _list(call: Call, query: RequestQuery, _body: Nothing) -> Page[SubjectRequest]:
    return Page(items=await _desk(call).all(call.caller, query))


async def _add(call: Call, _query: Nothing, body: NewRequest) -> SubjectRequest:
    return await _desk(call).add(call.caller, body)


async def _show(call: Call, _query: Nothing, _body: Nothing) -> SubjectRequest:
    return await _desk(call).one(call.caller, call.path["request_id"])


async def _assign(call: Call, _query: Nothing, body: AssignRequest) -> SubjectRequest:
    return await _desk(call).assign(call.caller, call.path["request_id"], body)


async def _note(call: Call, _query: Nothing, body: NoteRequest) -> SubjectRequest:
    return await _desk(call).note(call.caller, call.path["request_id"], body)


async def _extend(call: Call, _query: Nothing, body: ExtendRequest) -> SubjectRequest:
    return await _desk(call).extend(call.caller, call.path["request_id"], body)


async def _answer(call: Call, _query: Nothing, body: AnswerRequest) -> SubjectRequest:
    return await _desk(call).answer(call.caller, call.path["request_id"], body)


async def _close(call: Call, _query: Nothing, body: CloseRequest) -> SubjectRequest:
    return await _desk(call).close(call.caller, call.path["request_id"], body)


async def _reach(call: Call, _query: Nothing, _body: Nothing) -> Reach:
    return await _desk(call).reach(call.caller, call.path["request_id"])


async def _correct(call: Call, _query: Nothing, body: CorrectRequest) -> SubjectRequest:
    return await _desk(call).correct(call.caller, call.path["request_id"], body)


async def _mark(call: Call, _query: Nothing, body: MarkRequest) -> SubjectRequest:
    return await _desk(call).mark(call.caller, call.path["request_id"], body)


async def _lift(call: Call, _query: Nothing, body: MarkRequest) -> SubjectRequest:
    return await _desk(call).lift(call.caller, call.path["request_id"], body)


async def _copy(call: Call) -> OpenedCopy:
    return await _desk(call).copy(call.caller, call.path["request_id"])


async def _ask_erasure(call: Call, _query: Nothing, body: ErasureRequest) -> SubjectRequest:
    return await _desk(call).ask_erasure(call.caller, call.path["request_id"], body)


async def _approve(call: Call, _query: Nothing, body: ErasureRequest) -> SubjectRequest:
    return await _desk(call).approve_erasure(call.caller, call.path["request_id"], body)


async def _refuse(call: Call, _query: Nothing, body: ErasureRequest) -> SubjectRequest:
    return await _desk(call).refuse_erasure(call.caller, call.path["request_id"], body)


async def _me(call: Call, _query: Nothing, _body: Nothing) -> OwnRecords:
    return await call.service.desks.me.records(call.caller)


async def _ask_for_me(call: Call, _query: Nothing, body: OwnRequest) -> SubjectRequest:
    return await call.service.desks.me.ask(call.caller, body)


async def _read_my_notice(call: Call, _query: Nothing, _body: Nothing) -> Nothing:
    await call.service.desks.me.acknowledge(call.caller)
    return Nothing()


REQUESTS_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/requests", permission=Permission.REQUESTS_READ,
        summary="Requests of people about their records: open ones first, by due date",
        handler=_list, query=RequestQuery, body=Nothing, answer=Page[SubjectRequest],
    ),
    json_route(
        method="POST", path="/v1/requests", permission=Permission.REQUESTS_HANDLE,
        summary="Keep a request; its time runs from its receipt",
        handler=_add, query=Nothing, body=NewRequest, answer=SubjectRequest, status=201,
    ),
    json_route(
        method="GET", path="/v1/requests/{request_id}", permission=Permission.REQUESTS_READ,
        summary="One request with its steps", handler=_show, query=Nothing, body=Nothing, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/assign", permission=Permission.REQUESTS_HANDLE,
        summary="Somebody works on it", handler=_assign, query=Nothing, body=AssignRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/note", permission=Permission.REQUESTS_HANDLE,
        summary="Something to remember", handler=_note, query=Nothing, body=NoteRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/extend", permission=Permission.REQUESTS_HANDLE,
        summary="More time, once; the reason is what the person is told",
        handler=_extend, query=Nothing, body=ExtendRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/answer", permission=Permission.REQUESTS_HANDLE,
        summary="What the person was told", handler=_answer, query=Nothing, body=AnswerRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/close", permission=Permission.REQUESTS_HANDLE,
        summary="The end, after the answer",
        handler=_close, query=Nothing, body=CloseRequest, answer=SubjectRequest,
    ),
    json_route(
        method="GET", path="/v1/requests/{request_id}/reach", permission=Permission.REQUESTS_READ,
        summary="How many records there are of the person, what would go and what is held; opens nothing",
        handler=_reach, query=Nothing, body=Nothing, answer=Reach,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/correct", permission=Permission.REQUESTS_HANDLE,
        summary="What the person says is right, beside records that stay as they are",
        handler=_correct, query=Nothing, body=CorrectRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/mark", permission=Permission.REQUESTS_HANDLE,
        summary="Nothing of the person or conversation is collected any more, and what was is withheld",
        handler=_mark, query=Nothing, body=MarkRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/lift", permission=Permission.REQUESTS_HANDLE,
        summary="Collecting begins again", handler=_lift, query=Nothing, body=MarkRequest, answer=SubjectRequest,
    ),
    BundleRoute(
        path="/v1/requests/{request_id}/copy", permission=Permission.COPY_MAKE,
        summary="What is kept about the person as a bundle, others' details masked; not by who recorded the request",
        handler=_copy,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/erasure", permission=Permission.ERASURE_ASK,
        summary="Ask for the erasure of everything about the person; another person decides",
        handler=_ask_erasure, query=Nothing, body=ErasureRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/erasure/approve", permission=Permission.ERASURE_DECIDE,
        summary="Erase what no legal hold keeps; the certificates are named in the request",
        handler=_approve, query=Nothing, body=ErasureRequest, answer=SubjectRequest,
    ),
    json_route(
        method="POST", path="/v1/requests/{request_id}/erasure/refuse", permission=Permission.ERASURE_DECIDE,
        summary="Nothing is erased", handler=_refuse, query=Nothing, body=ErasureRequest, answer=SubjectRequest,
    ),
    json_route(
        method="GET", path="/v1/me", permission=Permission.SELF,
        summary="What is kept about the caller, who looked, and their requests",
        handler=_me, query=Nothing, body=Nothing, answer=OwnRecords,
    ),
    json_route(
        method="POST", path="/v1/me/requests", permission=Permission.SELF,
        summary="A request of the caller about their own records",
        handler=_ask_for_me, query=Nothing, body=OwnRequest, answer=SubjectRequest, status=201,
    ),
    json_route(
        method="POST", path="/v1/me/notice", permission=Permission.SELF,
        summary="The caller has read the present notice",
        handler=_read_my_notice, query=Nothing, body=Nothing, answer=Nothing,
    ),
)  # fmt: skip
