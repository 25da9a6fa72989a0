"""`[[faults.command]]` tables: in a scenario, or in a file of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .command_faults import CommandFault, read_command_fault
from .toml_table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFault:
    """Trouble on one phone or on all."""

    phone: int | None
    """Index of the phone; None is every phone."""
    fault: CommandFault


def read_fault_plan(root: Table) -> tuple[PlannedFault, ...]:
    """The `faults` table of `root`. Raise `ScenarioError`."""
    faults = root.table("faults")
    plan = []
    for table in faults.tables("command"):
        phone = table.whole("phone", high=500) if "phone" in table else None
        if phone is None:
            table.optional_text("phone")
        plan.append(PlannedFault(phone=phone, fault=read_command_fault(table)))
        table.finish()
    faults.finish()
    return tuple(plan)


def load_fault_plan(path: Path) -> tuple[PlannedFault, ...]:
    """A file that holds nothing else. Raise `ScenarioError`."""
    root = Table.load(path)
    plan = read_fault_plan(root)
    root.finish()
    return plan


def faults_of(plan: Sequence[PlannedFault], phone: int) -> tuple[CommandFault, ...]:
    """What strikes the phone with this index."""
    return tuple(one.fault for one in plan if one.phone in (None, phone))
