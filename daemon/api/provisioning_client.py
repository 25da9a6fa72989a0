"""Client functions of provisioning. They raise what `ApiClient` raises."""

from .calling import READ_TIMEOUT_S, Calling, segment
from .provisioning import (
    AckOffer,
    AckReceipt,
    AckRequest,
    AckRequestOffer,
    ConfirmRequest,
    ProvisionCancel,
    ProvisionRequest,
    ProvisionRun,
)
from .wire import Page

_BASE = "/v1/provisioning"


async def start_provisioning(client: Calling, request: ProvisionRequest) -> ProvisionRun:
    """Begin a run, or find the one of this plan that is under way; it goes on by itself."""
    return await client.call("POST", _BASE, ProvisionRun, body=request)


async def provision_runs(client: Calling) -> tuple[ProvisionRun, ...]:
    """Newest first, without their phones."""
    return (await client.call("GET", _BASE, Page[ProvisionRun])).items


async def provision_run(client: Calling, run_id: str, *, after: int | None = None, wait_s: float = 0.0) -> ProvisionRun:
    """How one stands; with `after`, once that changed or `wait_s` are over."""
    query = {} if after is None else {"after": str(after), "wait_s": str(wait_s)}
    return await client.call(
        "GET", f"{_BASE}/{segment(run_id)}", ProvisionRun, query=query, timeout_s=READ_TIMEOUT_S + wait_s
    )


async def cancel_provisioning(client: Calling, run_id: str, reason: str) -> ProvisionRun:
    """End one; what was done stays."""
    return await client.call(
        "POST", f"{_BASE}/{segment(run_id)}/cancel", ProvisionRun, body=ProvisionCancel(reason=reason)
    )


async def confirm_item(client: Calling, run_id: str, request: ConfirmRequest) -> ProvisionRun:
    """A person did what the list says."""
    return await client.call("POST", f"{_BASE}/{segment(run_id)}/confirm", ProvisionRun, body=request)


async def offer_notice(client: Calling, run_id: str, request: AckRequestOffer) -> AckOffer:
    """Lay the notice before the employee."""
    path = f"{_BASE}/{segment(run_id)}/notice"
    return await client.call("POST", path, AckOffer, body=request, timeout_s=60.0)


async def acknowledge(client: Calling, run_id: str, request: AckRequest) -> AckReceipt:
    """The employee gives the code back."""
    return await client.call("POST", f"{_BASE}/{segment(run_id)}/acknowledge", AckReceipt, body=request)


async def receipt_of(client: Calling, serial: str) -> AckReceipt:
    """The newest signed acknowledgement of a phone."""
    return await client.call("GET", f"/v1/acknowledgements/{segment(serial)}", AckReceipt)
