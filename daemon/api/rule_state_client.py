"""Client functions of where the rules come from. They raise what `ApiClient` raises."""

from .calling import READ_TIMEOUT_S, Calling
from .rule_state import RulesState


async def rules_state(client: Calling) -> RulesState:
    """Packs, files, and what is wrong with them."""
    return await client.call("GET", "/v1/policy/state", RulesState, timeout_s=READ_TIMEOUT_S)
