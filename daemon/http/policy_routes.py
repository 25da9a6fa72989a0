"""The routes of the rules' work-bench. Texts come in bodies: addresses end in logs."""

from ..api.policy import ExplainedText, ExplainRequest, RulesInForce, Trial, TrialRequest
from ..api.requests import Nothing
from ..api.rule_state import RulesState
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def rules(call: Call, _query: Nothing, _body: Nothing) -> RulesInForce:
    """Those in force."""
    return await call.service.desks.workbench.rules(call.caller)


async def explain(call: Call, _query: Nothing, body: ExplainRequest) -> ExplainedText:
    """Why a text is found."""
    return await call.service.desks.workbench.explain(call.caller, body)


async def start(call: Call, _query: Nothing, body: TrialRequest) -> Trial:
    """Try a candidate."""
    return await call.service.desks.workbench.start(call.caller, body)


async def show(call: Call, _query: Nothing, _body: Nothing) -> Trial:
    """How it stands."""
    return await call.service.desks.workbench.trial(call.caller, call.path["trial_id"])


async def stop(call: Call, _query: Nothing, _body: Nothing) -> Trial:
    """End it."""
    return await call.service.desks.workbench.stop(call.caller, call.path["trial_id"])


async def state(call: Call, _query: Nothing, _body: Nothing) -> RulesState:
    """Where they come from."""
    return await call.service.desks.rule_state.state(call.caller)


POLICY_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="GET", path="/v1/policy/rules", permission=Permission.POLICY_READ,
        summary="The rules in force with their advice, and the alerts of each in the last seven days",
        handler=rules, query=Nothing, body=Nothing, answer=RulesInForce,
    ),
    json_route(
        method="GET", path="/v1/policy/state", permission=Permission.POLICY_READ,
        summary="Where the rules in force come from: packs, the shop's own files, and what is wrong with them",
        handler=state, query=Nothing, body=Nothing, answer=RulesState,
    ),
    json_route(
        method="POST", path="/v1/policy/explain", permission=Permission.POLICY_READ,
        summary="Why the rules in force find a text of the caller's, or do not; nothing of it is kept",
        handler=explain, query=Nothing, body=ExplainRequest, answer=ExplainedText,
    ),
    json_route(
        method="POST", path="/v1/policy/trials", permission=Permission.POLICY_TRY,
        summary="Try a candidate rule set on archived messages, in the background; counts and masked examples, audited",
        handler=start, query=Nothing, body=TrialRequest, answer=Trial, status=202,
    ),
    json_route(
        method="GET", path="/v1/policy/trials/{trial_id}", permission=Permission.POLICY_TRY,
        summary="How the caller's trial stands, with its report at the end",
        handler=show, query=Nothing, body=Nothing, answer=Trial,
    ),
    json_route(
        method="DELETE", path="/v1/policy/trials/{trial_id}", permission=Permission.POLICY_TRY,
        summary="End the caller's trial; nothing of it is kept",
        handler=stop, query=Nothing, body=Nothing, answer=Trial,
    ),
)  # fmt: skip
