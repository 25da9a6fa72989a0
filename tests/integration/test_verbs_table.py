"""No false success: every verb, every call it makes to a phone, every way that call can go wrong.

The table is made by the verbs themselves: a run without trouble tells which programs a verb calls, and each of these
calls is then hit by each fault. On one phone the whole table, on the others a sample of it.
"""

import asyncio
import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.session import ShellOutput
from adb_bridge.simphone.command_faults import CommandFault, FaultMode, FaultSpan
from adb_bridge.simphone.profiles import every_name
from adb_bridge.verbs.carry import carry_out, read_back
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.feasibility import Because, Verdict
from adb_bridge.verbs.feasibility import judge as judge_verb
from adb_bridge.verbs.orders import Freeze, Order, OrderKind, Reboot
from adb_bridge.verbs.result import Ending, VerbResult
from tests.integration.verb_bench import CLOCK, HASTE, NEW, PIN, WECHAT
from tests.integration.verb_cases import CASES, Case, bench_of

ANDROIDS = tuple(name for name in every_name() if not name.startswith("harmony-next"))
MODES = tuple(mode for mode in FaultMode if mode is not FaultMode.SLOW)
WHOLE, LONG, AT_ONCE = "aosp-14", 10, 100
VERBS_EACH, CALLS_EACH = 4, 2
"""The sample on every other phone."""
SECRETS = (PIN, NEW.reveal(), "13800138000", "9999")
MIXED = frozenset({Code.PARTLY, Code.NOT_VERIFIED})


_KNOWN: dict[tuple[str, str], PhoneFacts] = {}


async def facts_of(case: Case, profile: str) -> PhoneFacts:
    """Two phones of one specification tell the same of themselves."""
    if (case.name, profile) not in _KNOWN:
        _KNOWN[case.name, profile] = await probe_facts(bench_of(case, profile).session)
    return _KNOWN[case.name, profile]


def order_of(case: Case, facts: PhoneFacts) -> Order:
    return Reboot(boot_id_before=facts.boot_id) if isinstance(case.order, Reboot) else case.order


async def calls_of(case: Case, profile: str) -> list[tuple[str, int]]:
    """Each program call of a run without trouble, with how often it had come before."""
    bench = bench_of(case, profile)
    facts = await facts_of(case, profile)
    await carry_out(order_of(case, facts), bench.session, facts, CLOCK, patience=HASTE)
    seen: dict[str, int] = {}
    calls = []
    for words in bench.handset.faults.commands.calls:
        pattern = words.replace("[", "[[]").split(" shopwarden.ring.")[0] + "*"
        seen[pattern] = seen.get(pattern, 0) + 1
        calls.append((pattern, seen[pattern]))
    return calls


async def run(case: Case, profile: str, faults: Iterable[CommandFault]) -> None:
    """One row; what it ends with must be true of the phone."""
    bench = bench_of(case, profile)
    facts = await facts_of(case, profile)
    order = order_of(case, facts)
    held = case.holds(bench)
    plan = tuple(faults)
    for fault in plan:
        bench.handset.faults.commands.add(fault)
    result = await carry_out(order, bench.session, facts, CLOCK, patience=HASTE)
    row = (case.name, profile, plan, result)
    judge(result, row, was_held=held, holds=case.holds(bench))
    bench.handset.faults.commands.clear()
    bench.is_linked = True
    after = await read_back(order, bench.session, facts, CLOCK, patience=HASTE)
    assert after.ending in {Ending.DONE, Ending.REFUSED, Ending.UNSURE}, row
    assert after.ending is not Ending.DONE or case.holds(bench), (row, after)
    bench.close()


def judge(result: VerbResult, row: tuple[object, ...], *, was_held: bool, holds: bool) -> None:
    match result.ending:
        case Ending.DONE:
            assert holds, row
        case Ending.UNSURE:
            pass
        case Ending.REFUSED:
            assert result.code in MIXED or was_held or not holds, row
        case Ending.NOT_SENT | Ending.NOT_NOW | Ending.IMPOSSIBLE:
            assert was_held or not holds, row
    assert (result.retry_after_s is not None) == (result.ending is Ending.NOT_NOW), row
    assert not any(secret in repr(result) for secret in SECRETS), row
    assert len(result.steps) <= 200


async def run_all(rows: Sequence[tuple[Case, str, CommandFault]]) -> None:
    """Many phones at once: a row that hangs costs nobody else's time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case, profile: str, fault: CommandFault) -> None:
        async with gate:
            await run(case, profile, (fault,))

    await asyncio.gather(*(one(*row) for row in rows))


def fault_of(call: tuple[str, int], mode: FaultMode, span: FaultSpan = FaultSpan.ONCE) -> CommandFault:
    pattern, when = call
    return CommandFault(match=pattern, mode=mode, when=when, span=span, code=1, stderr="boom")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_every_call_and_every_fault_on_one_phone(case: Case) -> None:
    calls = await calls_of(case, WHOLE)
    assert calls
    table = list(itertools.product(calls, MODES))
    if len(calls) > LONG:
        table = table[::4]  # every call, and the faults in turn
    rows = [(case, WHOLE, fault_of(call, mode)) for call, mode in table]
    rows += [(case, WHOLE, fault_of(call, mode, FaultSpan.FROM_THEN_ON)) for call, mode in table[:: len(MODES) - 2]]
    await run_all(rows)


async def test_a_sample_on_every_other_phone() -> None:
    rows = []
    for profile in ANDROIDS:
        chance = random.Random(profile)  # noqa: S311
        for case in chance.sample(CASES, VERBS_EACH):
            calls = await calls_of(case, profile)
            for call in chance.sample(calls, min(CALLS_EACH, len(calls))):
                rows.append((case, profile, fault_of(call, chance.choice(MODES))))
            rows.append((case, profile, CommandFault(match="no such program", mode=FaultMode.EXIT)))
    await run_all(rows)


@given(data=st.data())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_several_faults_at_once(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    profile = data.draw(st.sampled_from(ANDROIDS))
    drawn = data.draw(
        st.lists(
            st.tuples(st.integers(0, 999), st.sampled_from(MODES), st.sampled_from(list(FaultSpan))),
            min_size=1,
            max_size=3,
        )
    )
    calls = asyncio.run(calls_of(case, profile))
    asyncio.run(run(case, profile, [fault_of(calls[at % len(calls)], mode, span) for at, mode, span in drawn]))


async def test_a_link_that_is_gone_before_anything_left_is_not_sent() -> None:
    for case in CASES:
        bench, facts = bench_of(case, WHOLE), await facts_of(case, WHOLE)
        if case.name in {"message", "freeze", "keep-alive", "call", "ring"}:
            bench.is_linked = False
            result = await carry_out(case.order, bench.session, facts, CLOCK, patience=HASTE)
            assert (result.ending, result.code) == (Ending.NOT_SENT, Code.LINK_LOST), case.name


async def test_a_phone_that_starts_is_left_alone() -> None:
    for case in CASES:
        bench = bench_of(case, WHOLE)
        facts = replace(await facts_of(case, WHOLE), is_booted=False)
        result = await carry_out(case.order, bench.session, facts, CLOCK, patience=HASTE)
        assert (result.ending, result.code) == (Ending.NOT_NOW, Code.STARTING)
        assert not bench.handset.faults.commands.calls


async def test_a_phone_that_sleeps_unlocked_is_woken_to_lock() -> None:
    bench = bench_of(CASES[0], "aosp-13")
    power = bench.handset.power
    power.sleep()
    power.is_keyguard_showing = False  # the time until it locks by itself is not over
    facts = await facts_of(CASES[0], "aosp-13")
    result = await carry_out(CASES[0].order, bench.session, facts, CLOCK, patience=HASTE)
    assert (result.ending, result.code) == (Ending.DONE, Code.LOCKED)
    assert power.is_device_locked


async def test_lost_mode_ends_on_a_phone_that_never_showed_its_text() -> None:
    case = next(case for case in CASES if case.name == "lost-off")
    bench = bench_of(case, "aosp-10")
    facts = await facts_of(case, "aosp-10")
    result = await carry_out(case.order, bench.session, facts, CLOCK, patience=HASTE)
    assert (result.ending, result.code) == (Ending.DONE, Code.LOST_MODE_OFF)
    told = judge_verb(OrderKind.LOST_ON, facts)
    assert (told.verdict, told.because) == (Verdict.POSSIBLE, Because.BEFORE_ANDROID_11)


async def test_what_the_phone_uses_is_never_disabled() -> None:
    bench = bench_of(CASES[0], WHOLE)
    launcher = bench.handset.apps.launcher.package
    bench.handset.faults.commands.add(
        CommandFault(match="pm suspend *", mode=FaultMode.EXIT, span=FaultSpan.FROM_THEN_ON, stderr="SecurityException")
    )
    answer = f"priority=0 preferredOrder=0\n{launcher}/.Main\n".encode()
    shell = bench.session.shell

    async def with_roles(command: str, *, timeout_s: float, max_bytes: int = 1 << 20) -> ShellOutput:
        output = await shell(command, timeout_s=timeout_s, max_bytes=max_bytes)
        return replace(output, stdout=output.stdout.replace(b"Unknown command: resolve-activity\n", answer))

    bench.session.shell = with_roles  # type: ignore[method-assign]
    facts = await facts_of(CASES[0], WHOLE)
    order = Freeze(packages=(launcher, WECHAT))
    result = await carry_out(order, bench.session, facts, CLOCK, patience=HASTE)
    assert (result.ending, result.code) == (Ending.REFUSED, Code.PARTLY)
    assert not bench.handset.packages.state(launcher).is_disabled
    assert bench.handset.packages.state(WECHAT).is_disabled
