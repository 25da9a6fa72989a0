"""A plan and its file of employees from the disk, with every mistake told by its line."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from daemon.api.plan_people import read_people, with_people
from daemon.api.plan_text import PlanError, PlanMistake, check_plan, read_plan
from daemon.api.provision_plan import Plan

from .context import Context, UsageError

T = TypeVar("T")
_MOST_BYTES = 2 * 1024 * 1024


class PlanRefusedError(Exception):
    """Its mistakes have been told."""


def load_plan(context: Context, file: str, employees: str | None) -> Plan:
    """The plan with its people. UsageError when a file cannot be read; PlanRefusedError after telling mistakes."""
    path = Path(file)
    content = _content(path)
    plan = _told(context, path, lambda: read_plan(content))
    people = employees if employees is not None else plan.employees
    if people is not None:
        beside = Path(people) if employees is not None else path.parent / people
        rows = _content(beside)
        plan = with_people(plan, _told(context, beside, lambda: read_people(rows)))
    _told(context, path, lambda: check_plan(plan, content))
    return plan


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise UsageError("usage.plan_unreadable", path=str(path), problem=error.strerror or "?") from None


def _told(context: Context, path: Path, read: Callable[[], T]) -> T:
    try:
        return read()
    except PlanError as error:
        for mistake in error.mistakes:
            context.output.error(f"{_where(path, mistake)}: {mistake_text(context, mistake)}")
        raise PlanRefusedError from None


def _where(path: Path, mistake: PlanMistake) -> str:
    place = ":".join(str(one) for one in (mistake.line, mistake.column) if one is not None)
    return f"{path}:{place}" if place else str(path)


def mistake_text(context: Context, mistake: PlanMistake) -> str:
    """In the reader's language, with the key it is about."""
    texts = context.texts
    values = dict(mistake.values)
    if mistake.code == "bad_form":
        field = next((part for part in reversed(mistake.key.split(".")) if part), "")
        name = field.partition("[")[0]
        form = f"cli.plan.form.{name}"
        values["form"] = texts.get(form if texts.has(form) else "cli.plan.form.other")
    text = texts.get(f"cli.plan.{mistake.code}", **values)
    return f"{mistake.key}: {text}" if mistake.key else text
