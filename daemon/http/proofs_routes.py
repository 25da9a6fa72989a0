"""The routes of proofs and witnessed heads."""

from ..api.proofs import (
    CheckHeadsRequest,
    CosignatureRequest,
    CosignDocument,
    CosignRequest,
    HeadInfo,
    HeadsChecked,
    HeadsReport,
    ProofDocument,
    ProveRequest,
    RevealProofRequest,
    WitnessedRequest,
    WitnessRecord,
)
from ..api.requests import Nothing
from ..roles import Permission
from .call import ApiRoute, Call
from .table import json_route


async def prove(call: Call, _query: Nothing, body: ProveRequest) -> ProofDocument:
    """That a record is there."""
    return await call.service.desks.proofs.existence(call.caller, body)


async def reveal(call: Call, _query: Nothing, body: RevealProofRequest) -> ProofDocument:
    """The same with its content."""
    return await call.service.desks.proofs.revealed(call.caller, body.prove, body.reason)


async def report(call: Call, _query: Nothing, _body: Nothing) -> HeadsReport:
    """Newest head, heads outside."""
    return await call.service.desks.heads.report(call.caller)


async def sign(call: Call, _query: Nothing, _body: Nothing) -> HeadInfo:
    """A head now."""
    return await call.service.desks.heads.sign(call.caller)


async def check(call: Call, _query: Nothing, body: CheckHeadsRequest) -> HeadsChecked:
    """Heads from outside."""
    return await call.service.desks.heads.check(call.caller, body)


async def witnessed(call: Call, _query: Nothing, body: WitnessedRequest) -> WitnessRecord:
    """A head left."""
    return await call.service.desks.heads.witnessed(call.caller, body)


async def request(call: Call, _query: Nothing, body: CosignRequest) -> CosignDocument:
    """For a witness."""
    return await call.service.desks.heads.cosign_request(call.caller, body)


async def cosignature(call: Call, _query: Nothing, body: CosignatureRequest) -> WitnessRecord:
    """From a witness."""
    return await call.service.desks.heads.cosignature(call.caller, body)


PROOFS_ROUTES: tuple[ApiRoute, ...] = (
    json_route(
        method="POST", path="/v1/proofs", permission=Permission.PROVE,
        summary="Prove that a record stands in the ledger, without its content",
        handler=prove, query=Nothing, body=ProveRequest, answer=ProofDocument,
    ),
    json_route(
        method="POST", path="/v1/proofs/reveal", permission=Permission.EVENTS_REVEAL,
        summary="The same with its content; needs a reason, leaves an audit entry, limited per person",
        handler=reveal, query=Nothing, body=RevealProofRequest, answer=ProofDocument,
    ),
    json_route(
        method="GET", path="/v1/heads", permission=Permission.HEADS_READ,
        summary="The ledger's newest signed head, its public key, and where heads are outside",
        handler=report, query=Nothing, body=Nothing, answer=HeadsReport,
    ),
    json_route(
        method="POST", path="/v1/heads", permission=Permission.HEADS_WITNESS,
        summary="Sign the ledger as it is now",
        handler=sign, query=Nothing, body=Nothing, answer=HeadInfo,
    ),
    json_route(
        method="POST", path="/v1/heads/check", permission=Permission.HEADS_WITNESS,
        summary="Compare heads from outside with the ledger; one that does not fit is ledgered and an alarm",
        handler=check, query=Nothing, body=CheckHeadsRequest, answer=HeadsChecked,
    ),
    json_route(
        method="POST", path="/v1/heads/witnessed", permission=Permission.HEADS_WITNESS,
        summary="Record that a head left the shop: in a witness file, on paper",
        handler=witnessed, query=Nothing, body=WitnessedRequest, answer=WitnessRecord, status=201,
    ),
    json_route(
        method="POST", path="/v1/heads/request", permission=Permission.HEADS_WITNESS,
        summary="Make a request to a witness, a C2SP tlog-witness add-checkpoint body",
        handler=request, query=Nothing, body=CosignRequest, answer=CosignDocument,
    ),
    json_route(
        method="POST", path="/v1/heads/cosignature", permission=Permission.HEADS_WITNESS,
        summary="Keep a head with the signature of a witness that the configuration names",
        handler=cosignature, query=Nothing, body=CosignatureRequest, answer=WitnessRecord, status=201,
    ),
)  # fmt: skip
