"""Commands and batches as a reader sees them. What people typed goes through the reader's sight."""

from collections.abc import Mapping

import msgspec

from ..api import batches, wire
from ..api.texts import Texts
from ..archive.records import Approval, ArchivedBatch, ArchivedCommand, CommandStepRecord
from ..rights.sight import Sight
from .ports import Batch
from .states import NEEDS_DECISION
from .verbs import parameters_of


def command_view(command: ArchivedCommand, sight: Sight) -> wire.Command:
    """With its result in words."""
    return wire.Command(
        command_id=command.command_id,
        device=command.device,
        verb=command.verb,
        state=command.state,
        reason=sight.line(command.reason),
        requested_by=command.requested_by,
        requested_at=command.requested_at,
        expires_at=command.expires_at,
        updated_at=command.updated_at,
        tries=command.tries,
        result=command.result,
        result_text=result_text(command.result, sight.texts),
        parameters=_parameters(command.parameters, sight),
        batch_id=command.batch_id,
        priority=command.priority,
        next_try_at=command.next_try_at,
        first_not_now_at=command.first_not_now_at,
        not_now_count=command.not_now_count,
        awaiting_approval=command.approval is Approval.AWAITED and not command.state.is_terminal,
        needs_decision=command.state is wire.CommandState.UNKNOWN and command.result == NEEDS_DECISION,
        ledger_index=command.ledger_index,
    )


def with_transitions(view: wire.Command, changes: tuple[CommandStepRecord, ...]) -> wire.Command:
    """The same with what happened to it, oldest first."""
    return msgspec.structs.replace(
        view,
        transitions=tuple(
            wire.CommandTransition(
                at=one.at,
                actor=one.actor,
                state_from=one.from_state,
                state_to=one.to_state,
                result=one.result,
                steps=tuple(
                    wire.CommandStep(
                        step=step.step, code=step.code, exit_code=step.exit_code, stderr_sha256=step.stderr_sha256
                    )
                    for step in one.steps
                ),
                ledger_index=one.ledger_index,
            )
            for one in changes
        ),
    )


def batch_view(batch: Batch, sight: Sight, employees: Mapping[str, str]) -> batches.Batch:
    """With every phone."""
    states = [member.command.state for member in batch.members if member.command is not None]
    left_out = sum(member.command is None for member in batch.members)
    return msgspec.structs.replace(
        _batch(batch.kept, sight, states, left_out),
        targets=tuple(
            batches.BatchTarget(
                device=member.device,
                employee=employees.get(member.device),
                why_not=member.why,
                why_not_text=None if member.why is None else why_text(member.why, sight.texts),
                command=None if member.command is None else command_view(member.command, sight),
            )
            for member in batch.members
        ),
    )


def batch_line(kept: ArchivedBatch, sight: Sight, states: list[wire.CommandState]) -> batches.Batch:
    """Of a list."""
    return _batch(kept, sight, states, sum(target.command_id is None for target in kept.targets))


def result_text(result: str | None, texts: Texts) -> str | None:
    """In words where there are any."""
    key = f"result.{result}"
    return texts.get(key) if result is not None and texts.has(key) else result


def why_text(code: str, texts: Texts) -> str:
    """Why a phone gets no command."""
    key = f"error.{code}.message"
    return texts.get(key) if texts.has(key) else code


def _batch(kept: ArchivedBatch, sight: Sight, states: list[wire.CommandState], left_out: int) -> batches.Batch:
    counts = {state.value: states.count(state) for state in wire.CommandState if state in states}
    return batches.Batch(
        batch_id=kept.batch_id,
        verb=kept.verb,
        reason=sight.line(kept.reason),
        requested_by=kept.requested_by,
        requested_at=kept.at,
        outcome=_outcome(states, left_out),
        counts={**counts, "left_out": left_out} if left_out else counts,
        parameters=_parameters(kept.parameters, sight),
        ledger_index=kept.ledger_index,
    )


def _outcome(states: list[wire.CommandState], left_out: int) -> batches.BatchOutcome:
    if any(not state.is_terminal for state in states):
        return batches.BatchOutcome.WAITING
    done = states.count(wire.CommandState.ACKNOWLEDGED)
    if done == 0:
        return batches.BatchOutcome.NONE
    return batches.BatchOutcome.DONE if done == len(states) and not left_out else batches.BatchOutcome.PARTLY


def _parameters(text: str, sight: Sight) -> wire.Parameters | None:
    match parameters_of(text):
        case wire.MessageParameters() as message:
            title = None if message.title is None else sight.line(message.title)
            return msgspec.structs.replace(message, text=sight.line(message.text), title=title)
        case wire.LostParameters(message=str(words)) as lost:
            return msgspec.structs.replace(lost, message=sight.line(words))
        case other:
            return other
