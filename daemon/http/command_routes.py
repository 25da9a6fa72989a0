"""The routes of commands beyond the queue itself: batches, decisions, what a phone can be told."""

from ..api.batches import (
    Approval,
    Batch,
    BatchPreview,
    BatchQuery,
    BatchRequest,
    Decision,
    DeviceVerbs,
    Rejection,
)
from ..api.requests import Nothing
from ..api.wire import Command, Page
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def preview(call: Call, _query: Nothing, body: BatchRequest) -> BatchPreview:
    """Look before."""
    return await call.service.desks.commands.preview(call.caller, body)


async def submit(call: Call, _query: Nothing, body: BatchRequest) -> Batch:
    """Queue."""
    return await call.service.desks.commands.submit_many(call.caller, body)


async def list_batches(call: Call, query: BatchQuery, _body: Nothing) -> Page[Batch]:
    """Newest first."""
    found = await call.service.desks.commands.batches(call.caller, query)
    return Page(items=found, next_before=found[-1].ledger_index if found else None)


async def show_batch(call: Call, _query: Nothing, _body: Nothing) -> Batch:
    """With every phone."""
    return await call.service.desks.commands.batch(call.caller, call.path["batch_id"])


async def approve(call: Call, _query: Nothing, body: Approval) -> Command:
    """Agree."""
    return await call.service.desks.commands.approve(call.caller, call.path["command_id"], body)


async def reject(call: Call, _query: Nothing, body: Rejection) -> Command:
    """Refuse."""
    return await call.service.desks.commands.reject(call.caller, call.path["command_id"], body.reason)


async def decide(call: Call, _query: Nothing, body: Decision) -> Command:
    """Say what happened."""
    return await call.service.desks.commands.decide(call.caller, call.path["command_id"], body)


async def show_verbs(call: Call, _query: Nothing, _body: Nothing) -> DeviceVerbs:
    """Ask the phone."""
    return await call.service.desks.commands.verbs(call.caller, call.path["serial"])


COMMAND_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/batches/preview", permission=Permission.COMMANDS_ISSUE,
        summary="Which phones a batch would be for, and which not and why; nothing is sent",
        handler=preview, query=Nothing, body=BatchRequest, answer=BatchPreview,
    ),
    json_route(
        method="POST", path="/v1/batches", permission=Permission.COMMANDS_ISSUE,
        summary="Queue one command for each of several phones; with a preview's token, exactly for those it showed",
        handler=submit, query=Nothing, body=BatchRequest, answer=Batch, status=201,
    ),
    json_route(
        method="GET", path="/v1/batches", permission=Permission.COMMANDS_READ,
        summary="Batches with their counts, newest first",
        handler=list_batches, query=BatchQuery, body=Nothing, answer=Page[Batch],
    ),
    json_route(
        method="GET", path="/v1/batches/{batch_id}", permission=Permission.COMMANDS_READ,
        summary="One batch with every phone's command as it is now",
        handler=show_batch, query=Nothing, body=Nothing, answer=Batch,
    ),
    json_route(
        method="POST", path="/v1/commands/{command_id}/approve", permission=Permission.COMMANDS_APPROVE,
        summary="Agree to a command that another person asked for",
        handler=approve, query=Nothing, body=Approval, answer=Command,
    ),
    json_route(
        method="POST", path="/v1/commands/{command_id}/reject", permission=Permission.COMMANDS_APPROVE,
        summary="Refuse a command that waits for approval",
        handler=reject, query=Nothing, body=Rejection, answer=Command,
    ),
    json_route(
        method="POST", path="/v1/commands/{command_id}/decide", permission=Permission.COMMANDS_ISSUE,
        summary="Say whether a command happened whose end nobody can read back",
        handler=decide, query=Nothing, body=Decision, answer=Command,
    ),
    json_route(
        method="GET", path="/v1/devices/{serial}/verbs", permission=Permission.DEVICES_READ,
        summary="What this phone can be told and by which way, and what to do by hand where it cannot",
        handler=show_verbs, query=Nothing, body=Nothing, answer=DeviceVerbs,
    ),
)  # fmt: skip
