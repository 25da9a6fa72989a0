"""WeChat accounts: six to twenty characters, a letter first, believed only beside a cue."""

import re

from ..model import ContactKind
from . import cues
from .parts import Budget, Found
from .spelling import Spelled

HIDDEN = "\u200b-\u200f\u2060-\u2064\ufeff\u00ad\ufe0f"
_SIGN_WORDS = "下划线|减号|横杠|短杠|杠|➖"
_IN_HANDLE = f"a-z0-9_{HIDDEN}{''.join(sorted(set(_SIGN_WORDS) - {'|'}))}-"
_HANDLE = re.compile(
    rf"[a-z](?<![a-z0-9_@/=&].)(?=[{_IN_HANDLE}]{{5}})(?:(?<![.-].)|(?<=[vwx][.-].)|(?<=[^a-z0-9_@./=&-]-.))(?:[{HIDDEN}]{{0,3}}[a-z0-9_-]|(?:{_SIGN_WORDS})(?=[a-z0-9])){{5,29}}"
    r"(?![a-z0-9_@-]|\.(?:com|cn|net))"
)
_ID = re.compile(r"[a-z][a-z0-9_-]{5,19}")
_SPACED = re.compile(
    r"[a-z][ .·*~/|-](?<![a-z0-9_@./=&-]..)[ .·*~/|-]?[a-z0-9_](?:[ .·*~/|-]{1,2}[a-z0-9_]){4,18}(?![a-z0-9_@])"
)
_GROUPED = re.compile(r"[a-z](?<![a-z0-9_@./=&-].)[a-z_]{0,12}+(?:[ .·*-][a-z0-9_]{2,8}+){1,3}(?![a-z0-9_@.])")
_MAY_BE_GROUPED = re.compile(r"[a-z_][ .·*-][a-z0-9_]{2}")
_WXID = re.compile(r"wxid_[a-z0-9]{6,24}")
_QQ = re.compile("qq?[0-9]+")
_MARKS = re.compile(r"[0-9_-]")
_DIGITS = re.compile(r"[0-9]{2}")
_SIGN_WORD = re.compile(_SIGN_WORDS)
_NOT_SIGNS = re.compile(r"[^a-z0-9_-]")
_START = re.compile("[a-z](?<![a-z].)" + r"[^\w\n]{0,3}[a-z0-9_-]" * 5)
NOT_ACCOUNTS = frozenset(
    ["wechat", "weixin", "iphone", "android", "wechatpay", "official", "account", "payment", "please", "number"]
)


def wechat_accounts(view: Spelled, budget: Budget) -> list[Found]:
    """Accounts in offsets of `view`. Each candidate looks `cues.REACH` to the left, a few to the right. Linear."""
    text = view.digits
    if not _START.search(text) and not _SIGN_WORD.search(text):
        return []
    found = [match.span() for match in _HANDLE.finditer(text) if _is_account(view.flat, match, budget)]
    if cues.WECHAT_TRACE.search(view.flat) and (_SPACED.search(text) or _is_grouped(text)):
        for pattern in (_SPACED, _GROUPED):
            found += [match.span() for match in pattern.finditer(text) if _is_split_account(view.flat, match, budget)]
    return [(start + _head(text, start, end), end, ContactKind.WECHAT) for start, end in found]


def _is_grouped(text: str) -> bool:
    return _MAY_BE_GROUPED.search(text) is not None and _GROUPED.search(text) is not None


def _is_account(flat: str, match: re.Match[str], budget: Budget) -> bool:
    start, end = match.span()
    name = match.group()
    budget.left -= 1
    name = _NOT_SIGNS.sub("", _SIGN_WORD.sub("_", name))
    if name in NOT_ACCOUNTS or _QQ.fullmatch(name):
        return False
    if _WXID.fullmatch(name):
        return True
    left = flat[max(0, start - cues.REACH) : start]
    cue = cues.WECHAT_LEFT.search(left) if cues.WECHAT_TRACE.search(left) else None
    if cue and len(name) <= 20:
        return _is_explicit(cue) or bool(_MARKS.search(name))
    if _head(flat, start, end):
        return True
    if len(name) > 20 or not _MARKS.search(name):
        return False
    if _DIGITS.search(name) and cues.FRIEND_LEFT.search(left):
        return True
    if _DIGITS.search(name) and cues.FRIEND_RIGHT.match(flat, end) and not cues.is_of_a_thing(left + name):
        return True
    return cues.WECHAT_RIGHT.match(flat, end) is not None


def _is_split_account(flat: str, match: re.Match[str], budget: Budget) -> bool:
    budget.left -= 1
    start = match.start()
    name = _NOT_SIGNS.sub("", match.group())
    if not _ID.fullmatch(name) or not _DIGITS.search(name):
        return False
    cue = cues.WECHAT_LEFT.search(flat[max(0, start - cues.REACH) : start])
    return cue is not None and (_is_explicit(cue) or match.re is _SPACED)


def _is_explicit(cue: re.Match[str]) -> bool:
    return bool(cue["name"]) or any(mark in cue["link"] for mark in ":是为")


def _head(text: str, start: int, end: int) -> int:
    """Length of a cue written on to the account (vxabc12345), 0 without one."""
    if _WXID.match(text, start, end):
        return 0
    head = cues.WECHAT_HEAD.match(text, start, end)
    if not head or not _ID.fullmatch(text, head.end(), end) or not _MARKS.search(text, head.end() + 1, end):
        return 0
    left = text[max(0, start - 2) : start]
    is_cue = head.end() - start > 1 or left.endswith(("加", "加我", "+", "我", "➕", "加个", "伽", "佳", "嘉", "十"))
    return head.end() - start if is_cue else 0
