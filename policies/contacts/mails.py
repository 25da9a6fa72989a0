"""E-mail addresses, plain and in the ways they are written past filters."""

import re

from ..model import ContactKind
from .parts import Found

_MAX_LOCAL = 64
_MAX_DOMAIN = 253
_LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
_AT = re.compile(r"@(?<=[a-z0-9_%+\-]@)(?=[a-z0-9])")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{0,62}")
_PROVIDERS = (
    "vip[.]qq|qq|163|126|gmail|sina|sohu|139|189|foxmail|hotmail|outlook|yeah|yahoo|icloud|aliyun|live|msn|tom|wo|188"
)
_DISGUISED = re.compile(
    r"[a-z0-9](?<![a-z0-9._+-].)[a-z0-9._+-]{0,63}+"
    r" ?(?:@|#|\(at\)|\[at\]|<at>|\{at\}|艾特|圈a|[·*\- ]at[·*\- ]) ?"
    rf"(?:{_PROVIDERS}) ?(?:\.|。|,|·|点|[ \-(\[]?dot[ \-)\]]?) ?(?:com|net|cn)(?![a-z])"
)


def mails_in(flat: str) -> list[Found]:
    """E-mail addresses in folded text; of providers people use also with (at), #, 艾特, 点. Linear."""
    found: list[Found] = []
    edge = 0
    for sign in _AT.finditer(flat) if "@" in flat else ():
        at = sign.start()
        before = flat[max(edge, at - _MAX_LOCAL) : at]
        local = before[len(before.rstrip(_LOCAL)) :].lstrip(".")
        domain = _DOMAIN.match(flat, at + 1, min(len(flat), at + 1 + _MAX_DOMAIN)) if local else None
        if domain:
            edge = domain.end()
            found.append((at - len(local), edge, ContactKind.EMAIL))
    if "com" in flat or "cn" in flat or "net" in flat:
        found += [(*match.span(), ContactKind.EMAIL) for match in _DISGUISED.finditer(flat)]
    return found
