"""What the other end answered: taken, try again, or refused. Robots say no with HTTP 200 and a number in the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

import msgspec

from .sections import ChannelKind

MOST_WAIT_S: Final = 24 * 3600.0
_LIMITED_S: Final = {ChannelKind.WECOM: 60.0, ChannelKind.DINGTALK: 600.0, ChannelKind.FEISHU: 60.0}
"""So long a robot that was asked too often is left alone; DingTalk shuts it for ten minutes."""
_RATE: Final = frozenset({429, 9499, 11232, 11233, 45009, 45033, 90018, 90030, 130101, 410100})
_BUSY: Final = frozenset({-1, 19003})
_WORDS: Final = {
    93000: "bad_address",  # WeCom: the key is not one of a robot
    40058: "bad_request",
    44004: "bad_request",
    300001: "bad_address",  # DingTalk: no such token
    400101: "bad_address",
    400102: "robot_off",
    400013: "group_gone",
    400105: "bad_request",
    19001: "bad_address",  # Feishu: no such token
    19002: "bad_request",
    19021: "bad_signature",
    19022: "ip_not_allowed",
    19024: "keyword_missing",
    19005: "robot_off",
    19007: "robot_off",
}
_DINGTALK_310000: Final = (
    ("keyword", "keyword_missing"), ("关键词", "keyword_missing"), ("sign", "bad_signature"), ("签名", "bad_signature"),
    ("timestamp", "bad_signature"), ("ip", "ip_not_allowed"),
)  # fmt: skip
"""One number for three settings: the words tell them apart."""
_AGAIN: Final = frozenset({408, 421, 425, 429})


class Fate(StrEnum):
    """Of one try."""

    TOOK = "took"
    LATER = "later"
    """It may work later, and the message may have arrived all the same."""
    REFUSED = "refused"
    """It will not work before somebody changes something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Of one try."""

    fate: Fate
    code: str | None = None
    """Stable, without anything of the address or the message; None for what was taken."""
    retry_after_s: float | None = None


TOOK: Final = Answer(fate=Fate.TOOK)


class _Said(msgspec.Struct, frozen=True):
    errcode: int | None = None
    errmsg: str | None = None
    code: int | None = None
    status: int | None = msgspec.field(default=None, name="StatusCode")


_decode: Final = msgspec.json.Decoder(_Said, strict=False).decode


def judge(kind: ChannelKind, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
    """Of an HTTP answer. `headers` finds names in any case."""
    wait_s = retry_after_s(headers.get("Retry-After"), now)
    number, words = _number_in(body) if kind in _LIMITED_S else (None, "")
    if number not in {None, 0} and status < 500:  # Feishu says some of them with HTTP 400
        return _refusal(kind, number or 0, words, wait_s)
    if status == 429:
        return Answer(fate=Fate.LATER, code="rate_limited", retry_after_s=wait_s or _LIMITED_S.get(kind, 60.0))
    if not 200 <= status < 300:
        is_later = status >= 500 or status in _AGAIN
        return Answer(fate=Fate.LATER if is_later else Fate.REFUSED, code=f"http_{status}", retry_after_s=wait_s)
    if number is None and kind in _LIMITED_S:  # a login page of a proxy, an empty page: nobody knows who took it
        return Answer(fate=Fate.LATER, code="no_answer", retry_after_s=wait_s)
    return TOOK


def _number_in(body: bytes) -> tuple[int | None, str]:
    """A robot's number and what it says in words; None for what is no robot's answer."""
    try:
        said = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None, ""
    number = next((one for one in (said.errcode, said.code, said.status) if one is not None), None)
    return number, (said.errmsg or "").lower()


def _refusal(kind: ChannelKind, number: int, words: str, wait_s: float | None) -> Answer:
    if number in _RATE:
        return Answer(fate=Fate.LATER, code="rate_limited", retry_after_s=wait_s or _LIMITED_S[kind])
    if number in _BUSY:
        return Answer(fate=Fate.LATER, code="busy", retry_after_s=wait_s)
    if number == 310000:
        code = next((code for sign, code in _DINGTALK_310000 if sign in words), "unsafe")
        return Answer(fate=Fate.REFUSED, code=code)
    return Answer(fate=Fate.REFUSED, code=_WORDS.get(number, f"errcode_{number}"))


def retry_after_s(said: str | None, now: datetime) -> float | None:
    """Of the header `Retry-After`, in seconds or as a date; a day at most. None for none and for nonsense."""
    if said is None:
        return None
    text = said.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), MOST_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), MOST_WAIT_S)
