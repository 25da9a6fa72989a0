"""Calls of the rules' work-bench."""

from typing import Final

from .calling import READ_TIMEOUT_S, Calling, segment
from .policy import ExplainedText, ExplainRequest, RulesInForce, Trial, TrialRequest

_LOADING_S: Final = max(READ_TIMEOUT_S, 60.0)
"""A candidate's samples are run before the daemon answers."""


async def rules_in_force(client: Calling) -> RulesInForce:
    """All of them."""
    return await client.call("GET", "/v1/policy/rules", RulesInForce, timeout_s=READ_TIMEOUT_S)


async def explain_text(client: Calling, request: ExplainRequest) -> ExplainedText:
    """Why the rules in force find it or not."""
    return await client.call("POST", "/v1/policy/explain", ExplainedText, body=request, timeout_s=READ_TIMEOUT_S)


async def start_trial(client: Calling, request: TrialRequest) -> Trial:
    """The trial that begins."""
    return await client.call("POST", "/v1/policy/trials", Trial, body=request, timeout_s=_LOADING_S)


async def trial(client: Calling, trial_id: str) -> Trial:
    """How it stands."""
    return await client.call("GET", f"/v1/policy/trials/{segment(trial_id)}", Trial)


async def stop_trial(client: Calling, trial_id: str) -> Trial:
    """End it."""
    return await client.call("DELETE", f"/v1/policy/trials/{segment(trial_id)}", Trial)
