"""E-mail addresses, plain and in the ways they are written past filters."""

import re

from ..model import ContactKind
from .parts import Found
from .spelling import spoken_figures

_MAX_LOCAL = 64
_MAX_DOMAIN = 253
_LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789._%+-"
_AT = re.compile(r"@(?<=[a-z0-9_%+\-]@)(?=[a-z0-9][a-z0-9-]{0,62}\.)")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z][a-z0-9-]{0,62}")
_HIDDEN_SIGNS = frozenset(map(chr, (*range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF, 0xAD, 0xFE0F)))
_HIDDEN = re.compile(f"[{''.join(sorted(_HIDDEN_SIGNS))}]")
"""Characters of no width, which may stand anywhere in an address."""
_PROVIDERS = (
    "vip[.]qq|qq|163|126|gmail|sina|sohu|139|189|foxmail|hotmail|outlook|yeah|yahoo|icloud|aliyun|live|msn|tom|wo|188"
    "|[1一幺壹](?:[6六陆][3三叁]|[2二两贰][6六陆]|[3三叁][9九玖])|扣扣|球球|企鹅"
)
_DISGUISED = re.compile(
    r"(?P<local>[a-z0-9](?<![a-z0-9._+-].)(?:(?![_-]at[_-])[a-z0-9._+-]){0,63}+)"
    r" ?(?:@{1,3}|#|[(\[<{【](?:@|at|a|艾特|圈a?)[)\]>}】]"
    r"|艾特|爱特|a圈|圈a?|小老鼠|(?<![a-z0-9])at(?![a-z])|[·*_\- ]at[·*_\- ]) ?"
    rf"(?P<provider>{_PROVIDERS}) ?(?:\.{{1,3}}|。|,|·|点|[ \-(\[{{<【]?dot[ \-)\]}}>】]?) ?"
    r"(?:(?P<end>com|net|cn)(?![a-z])|康姆)"
)
_QQ = re.compile("扣扣|球球|企鹅")
_NOT_SIGNS = re.compile(r"[^0-9a-z@._+\-]")
_AT_SPREAD = re.compile("@(?<= @)(?= )")
_SPREAD_DOMAIN = re.compile(r"(?: [a-z0-9.-]){5,24}(?![^\W_])")
_SPREAD_PROVIDER = re.compile(rf"(?:{_PROVIDERS})[.](?:com|net|cn)(?:[.]cn)?")
_LEAST_SPREAD = 3


def mails_in(flat: str) -> list[Found]:
    """E-mail addresses in folded text; of providers people use also with (at), #, 艾特, 点. Linear."""
    plain = _HIDDEN.sub("", flat)
    found = _mails(plain)
    if not found or len(plain) == len(flat):
        return found
    shown = [at for at, char in enumerate(flat) if char not in _HIDDEN_SIGNS]
    return [(shown[start], shown[end - 1] + 1, kind) for start, end, kind in found]


def _mails(flat: str) -> list[Found]:
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
    if "@ " in flat:
        found += [span for sign in _AT_SPREAD.finditer(flat) if (span := _spread(flat, sign.start()))]
    if "com" in flat or "cn" in flat or "net" in flat or "康姆" in flat:
        found += [(*match.span(), ContactKind.EMAIL) for match in _DISGUISED.finditer(flat)]
    return found


def _spread(flat: str, at: int) -> Found | None:
    """The address written with a space behind each sign whose @ is at `at`."""
    domain = _SPREAD_DOMAIN.match(flat, at + 1)
    if domain is None or not _SPREAD_PROVIDER.fullmatch(domain.group().replace(" ", "")):
        return None
    start = at
    while start > max(1, at - 2 * _MAX_LOCAL) and flat[start - 1] == " " and flat[start - 2] in _LOCAL:
        start -= 2
    if start and flat[start - 1] in _LOCAL:
        start += 2  # the last sign of a word before
    return (start, domain.end(), ContactKind.EMAIL) if at - start >= 2 * _LEAST_SPREAD else None


def plain_mail(flat: str) -> str:
    """An address that was found in folded text as everybody writes it: `amy@163.com` of amy艾特一六三点康姆."""
    shown = _HIDDEN.sub("", flat)
    disguised = _DISGUISED.fullmatch(shown)
    if disguised is None:
        return _NOT_SIGNS.sub("", shown)
    provider = spoken_figures(_QQ.sub("qq", disguised["provider"]))
    return f"{disguised['local']}@{provider}.{disguised['end'] or 'com'}"
