"""The client's part of proofs and witnessed heads."""

from typing import Final, Literal

from .calling import READ_TIMEOUT_S, Calling
from .proofs import (
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

_LONG_S: Final = max(READ_TIMEOUT_S, 60.0)


async def prove(client: Calling, request: ProveRequest) -> ProofDocument:
    """That the record is there, without its content."""
    return await client.call("POST", "/v1/proofs", ProofDocument, body=request, timeout_s=_LONG_S)


async def reveal_proof(client: Calling, request: ProveRequest, reason: str) -> ProofDocument:
    """With its content. The audit entry is on disk before it arrives."""
    body = RevealProofRequest(prove=request, reason=reason)
    return await client.call("POST", "/v1/proofs/reveal", ProofDocument, body=body, timeout_s=_LONG_S)


async def heads(client: Calling) -> HeadsReport:
    """The newest head and where heads are outside."""
    return await client.call("GET", "/v1/heads", HeadsReport)


async def sign_head(client: Calling) -> HeadInfo:
    """Sign the ledger as it is now."""
    return await client.call("POST", "/v1/heads", HeadInfo)


async def check_heads(client: Calling, request: CheckHeadsRequest) -> HeadsChecked:
    """Compare heads from outside with the ledger."""
    return await client.call("POST", "/v1/heads/check", HeadsChecked, body=request, timeout_s=_LONG_S)


async def witnessed(client: Calling, size: int, way: Literal["file", "print"], witness: str) -> WitnessRecord:
    """Record that the head of this size left the shop."""
    body = WitnessedRequest(size=size, way=way, witness=witness)
    return await client.call("POST", "/v1/heads/witnessed", WitnessRecord, body=body)


async def cosign_request(client: Calling, request: CosignRequest) -> CosignDocument:
    """A request for a witness."""
    return await client.call("POST", "/v1/heads/request", CosignDocument, body=request, timeout_s=_LONG_S)


async def import_cosignature(client: Calling, note: str) -> WitnessRecord:
    """What the witness answered."""
    body = CosignatureRequest(note=note)
    return await client.call("POST", "/v1/heads/cosignature", WitnessRecord, body=body, timeout_s=_LONG_S)
