"""A date, a number and a name out of a file name that follows no known form."""

import re
from typing import Final

from .name_times import NamedTime, read_time

_TIMES: Final = (
    re.compile(
        r"(?<![0-9])(20[0-9]{2})[-._年/ ]?([0-9]{2})[-._月/ ]?([0-9]{2})日?[-._ T]{0,3}"
        r"([0-9]{2})[-.:_时h ]?([0-9]{2})(?:[-.:_分m ]?([0-9]{2}))?秒?(?![0-9])"
    ),
    re.compile(r"(?<![0-9])([0-9]{2})([0-9]{2})([0-9]{2})[-_ ]?([0-9]{2})([0-9]{2})([0-9]{2})?(?![0-9])"),
)
_NUMBER: Final = re.compile(r"(?<![0-9])\+?[0-9][0-9 \-]{1,28}[0-9](?![0-9])")
_FEWEST, _MOST = 3, 20
_YEAR_DIGITS: Final = 4
_NAME: Final = re.compile(r"[^\W\d_](?:[^\d_()@\[\]]*[^\W\d_])?")
_NOISE: Final = re.compile(
    r"(?i)\b(?:call|calls|rec|record|recording|voice|in|out|incoming|outgoing|phone|sim ?[12])\b"
)
_NOISE_ZH: Final = ("通话录音", "通話錄音", "录音", "錄音", "通话", "来电", "去电", "呼入", "呼出", "电话")


def loose_time(stem: str) -> NamedTime | None:
    """The first thing in it that is a moment to the minute or the second, year first."""
    found = _find_time(stem)
    return found[0] if found is not None else None


def loose_number(stem: str) -> str | None:
    """The only thing beside the moment that may be a telephone number; None when there are two."""
    rest = _without_time(stem)
    found = [match[0] for match in _NUMBER.finditer(rest) if _FEWEST <= sum(map(str.isdigit, match[0])) <= _MOST]
    return re.sub(r"[ \-]", "", found[0]) if len(found) == 1 else None


def loose_who(stem: str) -> str | None:
    """The only word beside moment and number; None when there is none, or several."""
    rest = _NOISE.sub(" ", _NUMBER.sub("_", _without_time(stem)))
    for noise in _NOISE_ZH:
        rest = rest.replace(noise, " ")
    found = [match[0] for match in _NAME.finditer(rest)]
    return found[0] if len(found) == 1 else None


def _without_time(stem: str) -> str:
    found = _find_time(stem)
    return stem if found is None else f"{stem[: found[1].start()]}_{stem[found[1].end() :]}"


def _find_time(stem: str) -> tuple[NamedTime, re.Match[str]] | None:
    for pattern in _TIMES:
        for match in pattern.finditer(stem):
            digits = "".join(part for part in match.groups() if part)
            # A year of four digits without seconds is as long as one of two digits with them.
            is_cut = len(match[1]) == _YEAR_DIGITS and match[6] is None
            time = read_time(digits[2:] if is_cut else digits)
            if time is not None:
                return time, match
    return None
