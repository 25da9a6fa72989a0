"""A plan from its TOML file, with every mistake and its line. Reads no other file."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from .plan_lines import Path, line_numbers, line_of
from .provision_plan import Plan, PlanFault, PlannedPhone, PlanPerson, Profile, faults

MAX_PLAN_BYTES: Final = 1024 * 1024
_MOST_MISTAKES: Final = 50
_AT_TOML: Final = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL)
_AT_PATH: Final = re.compile(r"^(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_PART: Final = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]|\[\.\.\.\]")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")
_MISSING: Final = re.compile(r"Object missing required field `(?P<key>[^`]*)`")
_TYPE: Final = re.compile(r"Expected `(?P<expected>[^`]*)`(?: \S.*)?, got `(?P<got>[^`]*)`")
_ENUM: Final = re.compile(r"Invalid enum value (?P<got>.*)", re.DOTALL)
_TABLES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "defaults": Profile, "group": Profile, "phone": PlannedPhone, "person": PlanPerson,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMistake:
    """One thing to put right. `code` names the text `cli.plan.<code>`."""

    code: str
    line: int | None = None
    column: int | None = None
    key: str = ""
    """As it would be written: `phone[2].employee`, counted from 1."""
    values: Mapping[str, str] = field(default_factory=dict)


class PlanError(Exception):
    """The plan cannot be used; `mistakes` is not empty."""

    def __init__(self, mistakes: tuple[PlanMistake, ...]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


def read_plan(content: bytes) -> Plan:
    """The plan with its types checked; `check_plan` says whether it makes sense, once its people are known.

    Raises:
        PlanError: too large, not UTF-8, not TOML (the first mistake only), or with wrong keys and values (all).
    """
    if len(content) > MAX_PLAN_BYTES:
        raise PlanError((PlanMistake(code="too_large", values={"most": str(MAX_PLAN_BYTES)}),))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanError((PlanMistake(code="not_utf8", line=line),)) from None
    text = text.replace("\r\n", "\n")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlanError((_toml_mistake(str(error), text),)) from None
    lines = line_numbers(text)
    mistakes: list[PlanMistake] = []
    while True:
        try:
            plan = msgspec.convert(table, Plan)
        except msgspec.ValidationError as error:
            path, mistake, is_gone = _take_out(table, str(error), lines)
            if not any(one.line == mistake.line and one.key == mistake.key for one in mistakes):
                mistakes.append(mistake)
            if not is_gone or len(mistakes) >= _MOST_MISTAKES or not path:
                break
        else:
            break
    if mistakes:
        raise PlanError(tuple(sorted(mistakes, key=lambda one: one.line or 0)))
    return plan


def check_plan(plan: Plan, content: bytes) -> None:
    """Whether a plan makes sense; `content` is what it was read from. Raises PlanError with all mistakes."""
    found = tuple(faults(plan))
    if found:
        lines = line_numbers(content.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
        raise PlanError(tuple(_of_fault(one, lines) for one in found))


def _of_fault(fault: PlanFault, lines: Mapping[Path, int]) -> PlanMistake:
    return PlanMistake(
        code=fault.code, line=line_of(lines, fault.path), key=shown_path(fault.path), values=fault.values
    )


def _toml_mistake(told: str, text: str) -> PlanMistake:
    match = _AT_TOML.match(told)
    if match is None:
        return PlanMistake(code="not_toml", line=text.count("\n") + 1, values={"problem": told})
    return PlanMistake(
        code="not_toml", line=int(match["line"]), column=int(match["column"]), values={"problem": match["what"]}
    )


def _take_out(
    table: MutableMapping[str, object], told: str, lines: Mapping[Path, int]
) -> tuple[Path, PlanMistake, bool]:
    """What msgspec complained of, and the table without it, so that the next mistake is found as well."""
    match = _AT_PATH.match(told)
    what, place = (match["what"], match["path"] or "") if match else (told, "")
    path = _resolved(table, place)
    code, values = _in_words(what)
    if code == "unknown_key":
        path = (*path, values["key"])
        values["nearest"] = _nearest(path, values["key"])
    elif code == "missing_key":
        mistake = PlanMistake(code=code, line=line_of(lines, path) or 1, key=shown_path(path), values=values)
        around = _at(table, path)
        if isinstance(around, MutableMapping):
            around[values["key"]] = _NEEDED.get(values["key"], "-")
        return (*path, values["key"]), mistake, isinstance(around, MutableMapping)
    elif match is not None and match["key"]:
        code, path = "bad_key", (*path, _culprit(path, _at(table, path)))
    if code == "bad_choice":
        values["choices"] = _choices(path)
        if path[-1:] == ("pin",):
            # Whoever writes a PIN into a plan does not want it on the screen as well.
            values["got"] = "…"
    mistake = PlanMistake(code=code, line=line_of(lines, path), key=shown_path(path), values=values)
    return path, mistake, _remove(table, path)


def _in_words(what: str) -> tuple[str, dict[str, str]]:
    if match := _UNKNOWN.match(what):
        return "unknown_key", {"key": match["key"]}
    if match := _MISSING.match(what):
        return "missing_key", {"key": match["key"]}
    if match := _ENUM.match(what):
        return "bad_choice", {"got": match["got"]}
    if match := _TYPE.match(what):
        return "wrong_type", {"expected": match["expected"], "got": match["got"]}
    if "regex" in what:
        return "bad_form", {}
    return "bad_value", {"problem": what}


def _resolved(table: Mapping[str, object], place: str) -> Path:
    """msgspec writes `[...]` for a key of a dict: the first one below that fails is meant, and found by trying."""
    path: list[str | int] = []
    here: object = table
    for match in _PART.finditer(place):
        if match[1] is not None:
            path.append(match[1])
        elif match[2] is not None:
            path.append(int(match[2]))
        else:
            path.append(_culprit(tuple(path), here))
        here = _inside(here, path[-1])
    return tuple(path)


def _culprit(path: Path, here: object) -> str:
    """Which key of a dict fails."""
    if isinstance(here, dict):
        for name, content in here.items():
            try:
                if path[-1:] == ("settings",):
                    msgspec.convert({"settings": {name: content}}, Profile)
                else:
                    msgspec.convert({"schema": 1, "group": {name: content}}, Plan)
            except msgspec.ValidationError:
                return str(name)
    return ""


def _at(table: Mapping[str, object], path: Path) -> object:
    here: object = table
    for part in path:
        here = _inside(here, part)
    return here


def _inside(here: object, part: str | int) -> object:
    match here, part:
        case dict(), str():
            return here.get(part)
        case list(), int() if 0 <= part < len(here):
            return here[part]
        case _:
            return None


def _remove(table: MutableMapping[str, object], path: Path) -> bool:
    """Put something harmless in a mistake's place, so that the next one is found; whether that was possible."""
    if not path:
        return False
    around, last = _at(table, path[:-1]), path[-1]
    if isinstance(around, MutableSequence) and isinstance(last, int) and last < len(around):
        if len(path) > 2:
            return _remove(table, path[:-1])
        around[last] = dict(_HARMLESS.get(str(path[0]), {}))
        return True
    if not isinstance(around, MutableMapping) or last not in around:
        return False
    if last in _NEEDED:
        around[last] = _NEEDED[str(last)]
    else:
        del around[last]
    return True


_NEEDED: Final[Mapping[str, object]] = {"schema": 1, "employee": "-"}
_HARMLESS: Final[Mapping[str, Mapping[str, object]]] = {"phone": {"connected": True}, "person": {"employee": "-"}}


def _nearest(path: Path, key: str) -> str:
    known = _fields(path)
    return next(iter(difflib.get_close_matches(key, known, n=1, cutoff=0.4)), ", ".join(known))


def _fields(path: Path) -> tuple[str, ...]:
    kind = _TABLES.get(str(path[0])) if len(path) > 1 else Plan
    return Plan.__struct_fields__ if kind is None else kind.__struct_fields__


def _choices(path: Path) -> str:
    """The words that an enumeration has, by the JSON Schema's own list."""
    field_name = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    _, definitions = msgspec.json.schema_components([PlannedPhone])
    phone = definitions.get("PlannedPhone", {})
    found = list(_enums(phone.get("properties", {}).get(field_name, {}), definitions))
    return ", ".join(found)


def _enums(schema: object, definitions: Mapping[str, object]) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _enums(one, definitions)
    elif isinstance(schema, dict):
        if isinstance(schema.get("enum"), list):
            yield from (str(one) for one in schema["enum"])
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield from _enums(definitions.get(reference.rsplit("/", 1)[-1]), definitions)
        for name in ("anyOf", "items"):
            yield from _enums(schema.get(name), definitions)


def shown_path(path: Path) -> str:
    """As it would be written, counted from 1: `phone[2].serial`."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text
