"""A plan and its file of employees from the disk, with every mistake told by its line."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from daemon.api.plan_people import lines_of_people, read_people, unused_headings, with_people
from daemon.api.plan_text import PlanError, PlanMistake, check_plan, read_plan
from daemon.api.provision_plan import Plan

from .context import Context, UsageError

T = TypeVar("T")
_PERSON = re.compile(r"person\[(?P<at>[0-9]+)\]\.?(?P<field>.*)")
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
        rows, own = _content(beside), len(plan.person)
        plan = with_people(plan, _told(context, beside, lambda: read_people(rows)))
        if unused := unused_headings(rows):
            context.output.say("plan.columns_unused", file=str(beside), columns=", ".join(unused))
        lines = lines_of_people(rows)

        def place(mistake: PlanMistake) -> tuple[Path, PlanMistake]:
            """Mistakes of people stand in their own file."""
            match = _PERSON.match(mistake.key)
            at = int(match["at"]) - 1 - own if match else -1
            if match is None or not 0 <= at < len(lines):
                return path, mistake
            return beside, replace(mistake, line=lines[at], key=match["field"])

        _told(context, path, lambda: check_plan(plan, content), place)
    else:
        _told(context, path, lambda: check_plan(plan, content))
    return plan


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError as error:
        raise UsageError("usage.plan_unreadable", path=str(path), problem=error.strerror or "?") from None


def _told(
    context: Context,
    path: Path,
    read: Callable[[], T],
    place: Callable[[PlanMistake], tuple[Path, PlanMistake]] | None = None,
) -> T:
    try:
        return read()
    except PlanError as error:
        for one in error.mistakes:
            file, mistake = (path, one) if place is None else place(one)
            context.output.error(f"{_where(file, mistake)}: {mistake_text(context, mistake)}")
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
