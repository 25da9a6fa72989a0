"""The file of employees beside a plan: CSV as spreadsheets save it, in English or Chinese."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from .plan_text import PlanError, PlanMistake
from .provision_plan import MAX_PHONES, Plan, PlanPerson

MAX_PEOPLE_BYTES: Final = 1024 * 1024
_HEADINGS: Final[Mapping[str, str]] = {
    "employee": "employee", "name": "employee", "员工": "employee", "姓名": "employee", "员工姓名": "employee",
    "serial": "serial", "序列号": "serial", "手机序列号": "serial",
    "group": "group", "组": "group", "分组": "group", "组别": "group",
    "label": "label", "手机名称": "label", "设备名称": "label", "名称": "label",
    "acknowledged_by": "acknowledged_by", "签收人": "acknowledged_by", "确认人": "acknowledged_by",
}  # fmt: skip


def read_people(content: bytes) -> tuple[PlanPerson, ...]:
    """Comma, semicolon or tab; UTF-8, UTF-16 or GB 18030 (what Excel saves in China). Empty lines are passed over.

    Raises:
        PlanError: every line that cannot be used, with its number.
    """
    if len(content) > MAX_PEOPLE_BYTES:
        raise PlanError((PlanMistake(code="too_large", values={"most": str(MAX_PEOPLE_BYTES)}),))
    reader = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(_text(content)), strict=True)
    mistakes: list[PlanMistake] = []
    found: list[PlanPerson] = []
    try:
        rows = _rows(reader)
        _, heading = next(rows, (1, []))
        columns = [_HEADINGS.get(one.strip().casefold()) for one in heading]
        if "employee" not in columns:
            raise PlanError((PlanMistake(code="people_no_heading", line=1),))
        for number, row in rows:
            told = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name and cell.strip()}
            try:
                found.append(msgspec.convert(told, PlanPerson))
            except msgspec.ValidationError as error:
                key = next((name for name in told if f"$.{name}`" in str(error)), "employee")
                code = "bad_form" if key in told else "missing_key"
                mistakes.append(PlanMistake(code=code, line=number, key=key, values={"key": key}))
    except csv.Error:
        mistakes.append(PlanMistake(code="people_not_csv", line=reader.line_num))
    if len(found) > MAX_PHONES:
        mistakes.append(PlanMistake(code="people_too_many", values={"most": str(MAX_PHONES)}))
    if mistakes:
        raise PlanError(tuple(mistakes))
    return tuple(found)


def unused_headings(content: bytes) -> tuple[str, ...]:
    """Columns whose heading says nothing to us, as written. Of a file that `read_people` takes."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(_text(content)), strict=True)
    _, heading = next(_rows(reader), (1, []))
    return tuple(one.strip() for one in heading if one.strip() and one.strip().casefold() not in _HEADINGS)


def lines_of_people(content: bytes) -> tuple[int, ...]:
    """Where each of the people stands. Of a file that `read_people` takes."""
    reader = csv.reader(io.StringIO(_text(content), newline=""), delimiter=_delimiter(_text(content)), strict=True)
    return tuple(number for number, _ in _rows(reader))[1:]


def with_people(plan: Plan, people: tuple[PlanPerson, ...]) -> Plan:
    """The plan with these people after its own."""
    return msgspec.structs.replace(plan, person=(*plan.person, *people), employees=None)


def _rows(reader: "Iterator[list[str]]") -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        if any(cell.strip() for cell in row):
            yield getattr(reader, "line_num", 0), row


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise PlanError((PlanMistake(code="not_utf8", line=1),))


def _delimiter(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)
