"""What the name of a recording claims: who, when, which direction. A claim, never a fact: people rename files.

Source: public code that sorts such files and sample names from bug reports, gathered in the project's Android facts
(§6). MIUI's form is from its own code; the others were seen on phones of 2019-2024 by others and not verified here;
vivo's and Honor's own forms are not known (Honor is read as Huawei), the tolerant reader takes them. Names are read by
shape alone, on every phone: a shop moves files, and one dialer serves several vendors.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..rows import RecordingDirection
from .name_times import NamedTime, read_time
from .tolerant import loose_number, loose_time, loose_who

AUDIO: Final = {
    "3ga": "audio/3gpp", "3gp": "audio/3gpp", "3gpp": "audio/3gpp", "aac": "audio/aac", "amr": "audio/amr",
    "awb": "audio/amr-wb", "flac": "audio/flac", "m4a": "audio/mp4", "mka": "audio/x-matroska", "mp3": "audio/mpeg",
    "mp4": "audio/mp4", "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg", "qcp": "audio/qcelp",
    "wav": "audio/wav", "wma": "audio/x-ms-wma",
}  # fmt: skip
"""Extensions that a recording may have, with their content type."""

_LONGEST: Final = 300
_UNFINISHED: Final = (".pending-", ".trashed-")
"""What the system calls files that are being written, and files in the bin (Android 11+)."""
_NUMBER: Final = r"\+?[0-9][0-9 ().*#,;\-]{0,30}"
_PREFIX: Final = (
    "Call recording", "Call recordings", "Call Recording", "Voice Call", "通话录音", "通話錄音", "通話録音", "通话",
    "通話", "通话记录", "電話錄音", "电话录音",
)  # fmt: skip
_ONLY_CALLS: Final = frozenset({"miui", "huawei", "samsung", "crdroid"})
_INCOMING: Final = frozenset({"in", "incoming", "来电", "來電", "呼入"})
_OUTGOING: Final = frozenset({"out", "outgoing", "去电", "去電", "呼出"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NameClaim:
    """What a file name claims. All text is the phone's."""

    pattern: str | None
    """The naming it follows: `miui`, `huawei`, `coloros`, `samsung`, `lineage`, `crdroid`, `bcr`; None: none of them,
    read tolerantly."""
    number: str | None = None
    """As dialled, MIUI's spelling undone."""
    contact_name: str | None = None
    direction: RecordingDirection = RecordingDirection.UNKNOWN
    time: NamedTime | None = None
    """About the start of the call."""

    @property
    def is_call(self) -> bool:
        """Whether a recording of a call is named like this, and hardly a voice memo."""
        if self.pattern is None or self.time is None:
            return False
        return self.number is not None or self.pattern in _ONLY_CALLS


def content_type_of(name: str) -> str | None:
    """By the extension; None for what is no finished recording: other files, hidden, pending and trashed ones."""
    if name.startswith(".") or name.lower().startswith(_UNFINISHED):
        return None
    stem, dot, extension = name.rpartition(".")
    return AUDIO.get(extension.lower()) if stem and dot else None


def read_name(name: str) -> NameClaim:
    """The claims of a file name with its extension. Total on any text; only its first 300 characters are read."""
    stem = name[:_LONGEST].rpartition(".")[0] or name[:_LONGEST]
    for pattern, read in _READERS:
        match = pattern.fullmatch(stem)
        claim = read(match) if match else None
        if claim is not None:
            return claim
    return NameClaim(
        pattern=None,
        number=loose_number(stem),
        contact_name=loose_who(stem),
        direction=_direction(re.split(r"[^\w]+|_", stem)),
        time=loose_time(stem),
    )


def _miui(match: re.Match[str]) -> NameClaim | None:
    """`[prefix@]Name(Number)[_Name2(Number2)…]_yyyyMMddHHmmss`: at most 50 characters, so names are cut off."""
    time = read_time(match["time"])
    who, _, number = match["people"].partition("(")
    number = re.split(r"[)_]", number)[0]
    spelled = re.sub(r"^00", "+", number).replace("p", ",").replace("s", "*")
    who = who.rpartition("@")[2]
    is_number = re.fullmatch(r"[+0-9*#,]{3,40}", spelled) is not None
    if time is None:
        return None
    return NameClaim(
        pattern="miui",
        number=spelled if is_number else None,
        contact_name=None if not who or who in {number, spelled} else who,
        time=time,
    )


def _huawei(match: re.Match[str]) -> NameClaim | None:
    """`Name@Number_yyyyMMddHHmmss`; Honor is taken for the same."""
    return _claim("huawei", match, number=match["number"], who=match["who"])


def _coloros(match: re.Match[str]) -> NameClaim | None:
    """`NameOrNumber-yyMMddHHmm`."""
    return _claim("coloros", match, who=match["who"])


def _samsung(match: re.Match[str]) -> NameClaim | None:
    """`Call recording <NameOrNumber>_yyMMdd_HHmmss`; the beginning is in the phone's language."""
    who = match["who"]
    prefix = next((one for one in sorted(_PREFIX, key=len, reverse=True) if who.startswith(one)), None)
    if prefix is None and not _is_number(who.rpartition(" ")[2]):
        return None
    who = who[len(prefix) :].strip(" _-") if prefix is not None else who.rpartition(" ")[2]
    return _claim("samsung", match, who=who)


def _lineage(match: re.Match[str]) -> NameClaim | None:
    """`<number>_yyMMdd_HHmmssSSS`."""
    return _claim("lineage", match, who=match["who"])


def _crdroid(match: re.Match[str]) -> NameClaim | None:
    """`CallRecord_yyyyMMdd-HHmmss_<number>`."""
    return _claim("crdroid", match, who=match["who"])


def _bcr(match: re.Match[str]) -> NameClaim | None:
    """`yyyyMMdd_HHmmss.SSS±zzzz[_direction][_simN][_number][_name]`, its own default."""
    rest = [part for part in (match["rest"] or "").split("_") if part]
    direction = _direction(rest[:1])
    if direction is not RecordingDirection.UNKNOWN or rest[:1] == ["conference"]:
        rest = rest[1:]
    elif match["offset"] is None:
        return None
    if rest and re.fullmatch(r"sim[0-9]", rest[0]):
        rest = rest[1:]
    number = rest[0] if rest and _is_number(rest[0]) else None
    who = "_".join(rest[1:] if number is not None else rest)
    return _claim("bcr", match, number=number, who=who, direction=direction)


def _claim(
    pattern: str,
    match: re.Match[str],
    *,
    who: str,
    number: str | None = None,
    direction: RecordingDirection = RecordingDirection.UNKNOWN,
) -> NameClaim | None:
    groups = match.groupdict()
    time = read_time(
        groups["time"] + (groups.get("clock") or ""), millis=groups.get("millis"), offset=groups.get("offset")
    )
    if time is None:
        return None
    who = who.strip()
    if number is None and _is_number(who):
        number = who
    elif number is not None and not _is_number(number):
        number = None
    return NameClaim(
        pattern=pattern,
        number=number.strip() if number else None,
        contact_name=None if not who or who == number else who,
        direction=direction,
        time=time,
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(_NUMBER, text.strip()) is not None and sum(sign.isdigit() for sign in text) >= 3


def _direction(words: list[str]) -> RecordingDirection:
    lowered = {word.lower() for word in words}
    if bool(lowered & _INCOMING) is bool(lowered & _OUTGOING):
        return RecordingDirection.UNKNOWN
    return RecordingDirection.IN if lowered & _INCOMING else RecordingDirection.OUT


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], NameClaim | None]], ...]] = (
    (
        re.compile(
            r"(?P<time>[0-9]{8})_(?P<clock>[0-9]{6})(?:\.(?P<millis>[0-9]{1,6}))?"
            r"(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?(?:_(?P<rest>.*))?",
            re.DOTALL,
        ),
        _bcr,
    ),
    (re.compile(r"CallRecord_(?P<time>[0-9]{8})-(?P<clock>[0-9]{6})_(?P<who>.*)", re.DOTALL), _crdroid),
    (re.compile(r"(?P<people>[^(]*\(.*)_(?P<time>[0-9]{14})(?:\([0-9]{1,3}\))?", re.DOTALL), _miui),
    (re.compile(r"(?P<who>.*)@(?P<number>[^@]*)_(?P<time>[0-9]{14})(?:\([0-9]{1,3}\))?", re.DOTALL), _huawei),
    (
        re.compile(r"(?P<who>.*)_(?P<time>[0-9]{6})_(?P<clock>[0-9]{6})(?P<millis>[0-9]{3})", re.DOTALL),
        _lineage,
    ),
    (re.compile(r"(?P<who>.*)_(?P<time>[0-9]{6})_(?P<clock>[0-9]{6})(?:\([0-9]{1,3}\))?", re.DOTALL), _samsung),
    (re.compile(r"(?P<who>.*)-(?P<time>[0-9]{10})(?:\([0-9]{1,3}\))?", re.DOTALL), _coloros),
)
"""In this order: a later shape is looser."""
