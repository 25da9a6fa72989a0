"""`prove`: a file that shows a record in the ledger; `verify-proof` judges it without daemon and key."""

import sys

import msgspec

from daemon.api import proofs_client
from daemon.api.exit_codes import ExitCode
from daemon.api.proofs import ProveRequest

from .context import Context, UsageError
from .output import Format
from .proof_files import read_text, write_new


class _Prove(msgspec.Struct):
    record_id: str
    reveal: bool = False
    reason: str | None = None
    heads: tuple[str, ...] = ()
    output: str | None = None


async def prove(context: Context) -> ExitCode:
    """To a new file, or to stdout; content only with --reveal and a reason."""
    arguments = context.take(_Prove)
    reason = (arguments.reason or "").strip()
    if arguments.reveal and not reason:
        raise UsageError("usage.no_reason")
    given = "\n".join(read_text(file, limit=300_000) for file in arguments.heads)
    request = ProveRequest(id=arguments.record_id, heads=given)
    async with context.client() as client:
        if arguments.reveal:
            document = await proofs_client.reveal_proof(client, request, reason)
        else:
            document = await proofs_client.prove(client, request)
    if arguments.output is not None:
        write_new(arguments.output, document.proof.encode())
        context.output.say("proof_written", path=arguments.output, index=document.ledger_index)
    if context.output.format is not Format.TABLE:
        context.output.items([document])
    elif arguments.output is None:
        sys.stdout.buffer.write(document.proof.encode())
        sys.stdout.buffer.flush()
    if document.deleted_by is not None:
        context.output.say("proof_deleted", index=document.deleted_by)
    return ExitCode.OK
