"""Links that lead to a person: invitations of messengers and the like. Other links are left alone."""

import re

from ..model import ContactKind
from .parts import Found

_HOSTS_PLAIN = (
    r"wa\.me/|(?:api|web)\.whatsapp\.com/|chat\.whatsapp\.com/|u\.wechat\.com/|weixin\.qq\.com/[rg]/"
    r"|work\.weixin\.qq\.com/(?:u|ca|gm|kfid|k)/|wpa\.qq\.com/|wpa1\.qq\.com/|qm\.qq\.com/|jq\.qq\.com/|qun\.qq\.com/"
    r"|user\.qzone\.qq\.com/|t\.me/|telegram\.me/|line\.me/|lin\.ee/|m\.me/|signal\.me/|msng\.link/|zalo\.me/"
    r"|qr\.alipay\.com/|weibo\.com/[un]/|xiaohongshu\.com/user/profile/|douyin\.com/user/|linkedin\.com/in/"
    r"|facebook\.com/(?:profile\.php|messages/)|instagram\.com/(?!p/|reels?/|explore/|stories/|tv/)"
    r"|join\.skype\.com/|qr\.kakao\.com/|open\.kakao\.com/|discord\.gg/"
)
_DOT = "[.。·]"
_HOSTS = _HOSTS_PLAIN.replace(r"\.", _DOT)
_ENDS = ("me/", "com/", "ee/", "link/", "gg/")
"""Of their names; most texts have none of them."""
_LINK = re.compile(
    rf"(?:h(?:tt|xx)ps?://)?(?:(?<![a-z0-9.@-])|(?<![a-z0-9.@-])www{_DOT})(?:{_HOSTS})"
    r"[a-z0-9_.,@?^=%&:/~+#!$'()*;-]*[a-z0-9_@?=%&/~+#-]"
)
_SCHEME = re.compile(
    r"(?:weixin|wxwork|mqqapi|mqq|tencent|whatsapp|wxp|tg|line|skype)://[a-z0-9_.,@?^=%&:/~+#!$'()*;-]*[a-z0-9_=/-]"
)


def links_in(flat: str) -> list[Found]:
    """Such links in folded text. Linear."""
    if "/" not in flat:
        return []
    found: list[Found] = []
    if any(end in flat for end in _ENDS):
        found += [(*match.span(), ContactKind.URL) for match in _LINK.finditer(flat)]
    if "://" in flat:
        found += [(*match.span(), ContactKind.URL) for match in _SCHEME.finditer(flat)]
    return found
