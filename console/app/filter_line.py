"""The filter line: words, `!` for not, and `key:value`. One grammar for every list.

`state:offline`, `!state:offline`, `kind:call,sms` (either), `sev:>=high`, `age:>2h`. Keys have Chinese names too, and
full-width signs work.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, Self

KEYS: Final[Mapping[str, str]] = {
    "device": "device", "dev": "device", "设备": "device", "手机": "device",
    "employee": "employee", "emp": "employee", "员工": "employee",
    "state": "state", "状态": "state", "status": "state",
    "sev": "sev", "severity": "sev", "级别": "sev", "等级": "sev",
    "kind": "kind", "类型": "kind", "source": "kind", "来源": "kind",
    "conv": "conv", "conversation": "conv", "会话": "conv",
    "since": "since", "从": "since", "自": "since", "until": "until", "到": "until", "至": "until",
    "dir": "dir", "direction": "dir", "方向": "dir", "peer": "peer", "number": "peer", "号码": "peer", "对方": "peer",
    "person": "person", "who": "person", "代号": "person", "客户": "person",
    "with": "with", "带": "with", "有": "with",
    "age": "age", "多久": "age", "时长": "age",
    "assignee": "assignee", "负责人": "assignee", "跟进人": "assignee", "处理人": "assignee",
    "rule": "rule", "规则": "rule",
    "battery": "battery", "电量": "battery",
    "by": "by", "下发人": "by", "verb": "verb", "命令": "verb",
    "actor": "actor", "操作人": "actor", "action": "action", "操作": "action",
    "target": "target", "对象": "target", "outcome": "outcome", "结果": "outcome",
}  # fmt: skip
_SIGNS: Final = str.maketrans("：！＞＜＝，、", ":!><=,,")
_RANKS: Final[Mapping[str, float]] = {
    "info": 0, "提示": 0, "low": 1, "低": 1, "medium": 2, "med": 2, "中": 2, "high": 3, "高": 3,
    "critical": 4, "crit": 4, "紧急": 4,
}  # fmt: skip
_SPAN: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(?:个)?(s|m|h|d|w|秒钟?|分钟?|小?时|天|日|周|星期)")
_SPAN_S: Final[Mapping[str, float]] = {
    "s": 1, "秒": 1, "m": 60, "分": 60, "h": 3600, "小": 3600, "时": 3600, "d": 86400, "天": 86400, "日": 86400,
    "w": 604800, "周": 604800, "星": 604800,
}  # fmt: skip


class FilterError(Exception):
    """The line cannot be used. `text_key` is its text in the catalog, `values` fill it."""

    def __init__(self, text_key: str, /, *, keys: Iterable[str] = (), **values: str) -> None:
        super().__init__(text_key)
        self.text_key = text_key
        self.keys = tuple(keys)
        """The keys that can be used here, for `{keys}` of the text; their words are in the catalog."""
        self.values = values


class Comparison(StrEnum):
    """How a value is compared. The longest sign that begins a value counts."""

    AT_LEAST = ">="
    AT_MOST = "<="
    MORE = ">"
    LESS = "<"
    EQUAL = "="

    def holds(self, value: float, bound: float) -> bool:
        """Whether `value` is on the right side of `bound`."""
        match self:
            case Comparison.AT_LEAST:
                return value >= bound
            case Comparison.AT_MOST:
                return value <= bound
            case Comparison.MORE:
                return value > bound
            case Comparison.LESS:
                return value < bound
            case Comparison.EQUAL:
                return value == bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What one value of a condition asks for."""

    raw: str
    """As typed, folded, with its sign."""
    text: str
    comparison: Comparison | None = None

    def fits(self, key: str, facets: Sequence[str]) -> bool:
        """Whether any of a row's values passes: contains the text, or is on its side of the bound."""
        if self.comparison is None:
            return any(self.text in facet.casefold() for facet in facets)
        bound = measure(key, self.text)
        for facet in facets:
            folded = facet.casefold()
            value = None if bound is None else measure(key, folded)
            if value is not None and bound is not None:
                if self.comparison.holds(value, bound):
                    return True
            elif folded == self.raw or (self.comparison is Comparison.EQUAL and folded == self.text):
                return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`key:value,value`: any value is enough, or with `!` none may be there."""

    key: str
    values: tuple[Value, ...]
    is_not: bool = False

    def holds(self, facets: Mapping[str, Sequence[str]]) -> bool:
        """Whether a row with these values passes."""
        found = facets.get(self.key, ())
        return any(value.fits(self.key, found) for value in self.values) is not self.is_not


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """A parsed filter line. Everything in it must hold."""

    line: str = ""
    words: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.negatives or self.conditions)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Keys with their one value, as typed; without those that have `!` or a comma."""
        return tuple((one.key, one.values[0].raw) for one in self.conditions if is_plain(one))

    def has(self, *keys: str) -> bool:
        """Whether any condition is about one of these keys."""
        return any(condition.key in keys for condition in self.conditions)

    def without(self, *keys: str) -> Self:
        """The same without the conditions about these keys."""
        return replace(self, conditions=tuple(one for one in self.conditions if one.key not in keys))

    def admits(self, haystack: str, facets: Mapping[str, Sequence[str]]) -> bool:
        """Whether a row passes: `haystack` is its text, `facets` the values behind each key (any may contain it)."""
        folded = haystack.casefold() if self.words or self.negatives else ""
        return (
            all(word in folded for word in self.words)
            and not any(word in folded for word in self.negatives)
            and all(condition.holds(facets) for condition in self.conditions)
        )


def is_plain(condition: Condition) -> bool:
    """Whether it is one value of a key, which any query can say."""
    return not condition.is_not and len(condition.values) == 1


def measure(key: str, text: str) -> float | None:
    """What a value weighs in comparisons: the rank of a severity, seconds of an age, a number; None for words."""
    if key == "sev":
        return _RANKS.get(text)
    if key == "age" and (match := _SPAN.fullmatch(text)):
        return float(match[1]) * _SPAN_S[match[2][0]]
    try:
        return float(text.removesuffix("%")) if text[:1].isdecimal() and text.isascii() else None
    except ValueError:
        return None


def parse_filter(line: str) -> RowFilter:
    """Raises FilterError for an unknown key. Quotes keep words together."""
    try:
        tokens = shlex.split(line)
    except ValueError:
        tokens = line.split()
    words: list[str] = []
    negatives: list[str] = []
    conditions: list[Condition] = []
    for token in tokens:
        is_not = token[:1] in {"!", "！"} and len(token) > 1
        plain = token[1:] if is_not else token
        name, colon, value = plain.replace("：", ":", 1).partition(":")
        if colon and name and value and not name.isdigit():
            conditions.append(_condition(name, value.casefold(), is_not=is_not))
        elif is_not:
            negatives.append(plain.casefold())
        elif token:
            words.append(token.casefold())
    return RowFilter(line=line.strip(), words=tuple(words), negatives=tuple(negatives), conditions=tuple(conditions))


def checked(row_filter: RowFilter, usable: Collection[str]) -> RowFilter:
    """The same filter. Raises FilterError when it has a key that a list has no values for."""
    for condition in row_filter.conditions:
        if condition.key not in usable:
            raise unknown_key(condition.key, usable)
    return row_filter


def unknown_key(name: str, usable: Collection[str]) -> FilterError:
    """The error for a key that cannot be used, with the one that was probably meant."""
    known = [word for word, key in KEYS.items() if key in usable]
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    if near and name.casefold() not in KEYS:
        return FilterError("app.filter.near_key", name=name, near=near[0], keys=usable)
    return FilterError("app.filter.unknown_key", name=name, keys=usable)


def _condition(name: str, value: str, *, is_not: bool) -> Condition:
    key = KEYS.get(name.casefold())
    if key is None:
        raise unknown_key(name, dict.fromkeys(KEYS.values()))
    parts = [part for part in value.translate(_SIGNS).split(",") if part] if key not in _WHOLE else [value]
    values = tuple(_value(key, part) for part in parts)
    if not values:
        raise FilterError("app.filter.bad_value", name=name, value=value)
    return Condition(key=key, values=values, is_not=is_not)


def _value(key: str, part: str) -> Value:
    for comparison in Comparison:
        if part.startswith(comparison.value):
            text = part.removeprefix(comparison.value)
            if not text or (comparison is not Comparison.EQUAL and measure(key, text) is None):
                raise FilterError("app.filter.bad_value", name=key, value=part)
            return Value(raw=part, text=text, comparison=comparison)
    if key == "age":
        if measure(key, part) is None:
            raise FilterError("app.filter.bad_value", name=key, value=part)
        return Value(raw=part, text=part, comparison=Comparison.AT_MOST)
    return Value(raw=part, text=part)


_WHOLE: Final = frozenset({"conv", "since", "until", "target"})
"""Keys whose values are taken as they are: they may hold commas and signs."""
