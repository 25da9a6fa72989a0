"""WeChat accounts: six to twenty characters, a letter first, believed only beside a cue."""

import re

from ..model import ContactKind, ContactSpan
from . import cues

_HANDLE = re.compile(r"(?<![a-z0-9_@./=&-])[a-z][a-z0-9_-]{5,29}(?![a-z0-9_@-])")
_ID = re.compile(r"[a-z][a-z0-9_-]{5,19}")
_WXID = re.compile(r"wxid_[a-z0-9]{6,24}")
_MARKS = re.compile(r"[0-9_-]")
NOT_ACCOUNTS = frozenset(
    ["wechat", "weixin", "iphone", "android", "wechatpay", "official", "account", "payment", "please", "number"]
)


def wechat_accounts(flat: str) -> list[ContactSpan]:
    """Accounts in folded text. Linear: each candidate looks `cues.REACH` characters to the left, a few to the right."""
    spans: list[ContactSpan] = []
    for found in _HANDLE.finditer(flat):
        start, end = found.span()
        name = found.group()
        if name in NOT_ACCOUNTS:
            continue
        if _WXID.fullmatch(name):
            spans.append(ContactSpan(start=start, end=end, kind=ContactKind.WECHAT))
            continue
        left = flat[max(0, start - cues.REACH) : start]
        cue = cues.WECHAT_LEFT.search(left) if cues.WECHAT_TRACE.search(left) else None
        if cue and end - start <= 20:
            is_explicit = bool(cue["name"]) or any(mark in cue["link"] for mark in ":是为")
            if is_explicit or _MARKS.search(name):
                spans.append(ContactSpan(start=start, end=end, kind=ContactKind.WECHAT))
            continue
        head = cues.WECHAT_HEAD.match(name)
        if head and _ID.fullmatch(name, head.end()) and _MARKS.search(name, head.end() + 1):
            if len(head.group()) > 1 or left.endswith(("加", "加我", "+", "我")):
                spans.append(ContactSpan(start=start + head.end(), end=end, kind=ContactKind.WECHAT))
            continue
        if end - start <= 20 and _MARKS.search(name) and cues.WECHAT_RIGHT.match(flat, end):
            spans.append(ContactSpan(start=start, end=end, kind=ContactKind.WECHAT))
    return spans
