"""A command never leaves a terminal state, is never called done without a read-back, and the archive agrees."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from daemon.api.wire import CommandState
from daemon.archive.commands import LEGAL_STEPS
from daemon.commanding.states import CANCELLABLE, TRANSITIONS, Step, after


@given(st.sampled_from(CommandState), st.sampled_from(Step))
def test_terminal_states_are_for_good(state: CommandState, step: Step) -> None:
    if state.is_terminal:
        assert after(state, step) is None


def test_every_step_is_one_the_archive_allows() -> None:
    for (state, _), to in TRANSITIONS.items():
        assert to in LEGAL_STEPS[state], (state, to)


def test_only_what_was_not_sent_can_be_cancelled_or_expire() -> None:
    assert {CommandState.QUEUED, CommandState.NOT_NOW} == CANCELLABLE
    expiring = {state for state, step in TRANSITIONS if step is Step.EXPIRE}
    assert expiring == CANCELLABLE


class CommandLife(RuleBasedStateMachine):
    """Any order of steps."""

    def __init__(self) -> None:
        super().__init__()
        self.state = CommandState.QUEUED
        self.sent = 0
        self.read_back = False

    @rule(step=st.sampled_from(Step))
    def step(self, step: Step) -> None:
        to = after(self.state, step)
        if to is None:
            return
        self.sent += step is Step.DISPATCH
        self.read_back = step is Step.VERIFIED
        self.state = to

    @invariant()
    def done_means_sent_and_read_back(self) -> None:
        if self.state is CommandState.ACKNOWLEDGED:
            assert self.sent >= 1
            assert self.read_back

    @invariant()
    def what_was_never_sent_is_not_failed(self) -> None:
        if self.sent == 0:
            assert self.state in {CommandState.QUEUED, CommandState.EXPIRED, CommandState.CANCELLED}

    @precondition(lambda self: not self.state.is_terminal)
    @rule()
    def there_is_a_way_out(self) -> None:
        reachable = {to for (state, _), to in TRANSITIONS.items() if state is self.state}
        assert reachable


TestCommandLife = CommandLife.TestCase
