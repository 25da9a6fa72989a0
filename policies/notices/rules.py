"""Rule files of notices: what they may say, read, checked and compiled.

A rule names channels (an app's package, or a sender's number with `*` and `?`), a title and texts as regular
expressions, a kind and a direction. `{amount}`, `{tail}` and `{party}` in an expression stand for an amount in yuan,
the last digits of an account and a name. Expressions are bounded so that no text can make them slow.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ..rules.source import Document, Table
from .amounts import AMOUNT
from .notice import MoneyDirection, NoticeKind

FOLDER = Path(__file__).parent / "rules"
_MAX_PATTERN = 300
_TAIL = r"(?P<tail>[0-9*]{3,8})"
_PARTY = r"(?P<party>[^\n,，。;；【】:()]{1,40}?)"
_UNBOUNDED = re.compile(r"(?<!\\)\.[*+]|\{[0-9]+,\}|\)[*+]|\)\{[0-9]|\\[1-9]|\(\?(?:P=|<)|[*+}?]\s*[*+]")
"""Any length of anything, repeated groups, references, look-behind, a repeat of a repeat."""
_SIGNED = "by_sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text inside a rule and what must be read from it."""

    title: str
    text: str
    is_hit: bool
    amount_fen: int | None
    tail: str | None
    party: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """One rule, compiled."""

    id: str
    channels: tuple[str, ...]
    kind: NoticeKind
    signed_kind: NoticeKind | None
    """The kind for an amount with a minus, where the sign decides; None: it does not."""
    direction: MoneyDirection
    title: re.Pattern[str] | None
    """None: any title."""
    texts: tuple[re.Pattern[str], ...]
    party: re.Pattern[str] | None
    """Where the other side is named, apart from `texts`."""
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRules:
    """All files."""

    rules: tuple[NoticeRule, ...]
    version: str


def load_notice_rules(folder: Path = FOLDER) -> NoticeRules:
    """Every `*.toml` of a folder, by name.

    Raises:
        RuleSyntaxError: an unknown key, a wrong value, an expression that is none or not bounded.
        OSError: not readable.
    """
    rules: list[NoticeRule] = []
    digest = hashlib.sha256()
    version = "0"
    for file in sorted(folder.glob("*.toml")):
        data = file.read_bytes()
        digest.update(b"%d:%b" % (len(data), data))
        root = Table(document := Document(file, data), "file", document.root, 1)
        version = max(version, root.text("version"))
        rules += [_rule(table) for table in root.tables("rule", heading="rule")]
        root.done()
    return NoticeRules(rules=tuple(rules), version=f"notices@{version}+{digest.hexdigest()[:8]}")


def _rule(table: Table) -> NoticeRule:
    kind = table.choice("kind", NoticeKind)
    signed = table.text("minus", "")
    rule = NoticeRule(
        id=table.text("id"),
        channels=table.texts("channels"),
        kind=kind,
        signed_kind=table.member("minus", NoticeKind, signed) if signed else None,
        direction=table.choice("direction", MoneyDirection, MoneyDirection.UNKNOWN),
        title=_pattern(table, "title", table.text("title")) if table.has("title") else None,
        texts=tuple(_pattern(table, "text", text) for text in table.texts("text")),
        party=_pattern(table, "party", table.text("party")) if table.has("party") else None,
        samples=(
            *(_sample(one, is_hit=True) for one in table.tables("hit")),
            *(_sample(one, is_hit=False) for one in table.tables("miss")),
        ),
    )
    for key in ("channels", "text", "hit"):
        if not table.has(key):
            table.fail_missing(key)
    table.know("title")
    table.know("party")
    table.done()
    return rule


def _sample(table: Table, *, is_hit: bool) -> Sample:
    amount_fen = table.integer("fen", -1, 0, 10**14)
    sample = Sample(
        title=table.text("title", ""),
        text=table.text("text"),
        is_hit=is_hit,
        amount_fen=None if amount_fen < 0 else amount_fen,
        tail=table.text("tail", "") or None,
        party=table.text("party", "") or None,
    )
    table.done()
    return sample


def _pattern(table: Table, key: str, text: str) -> re.Pattern[str]:
    if len(text) > _MAX_PATTERN:
        table.fail(key, f"at most {_MAX_PATTERN} characters")
    if (found := _UNBOUNDED.search(text)) is not None:
        table.fail(key, f"not bounded: '{found[0]}'")
    try:
        full = text.replace("{amount}", AMOUNT).replace("{tail}", _TAIL).replace("{party}", _PARTY)
        return re.compile(full)
    except re.error as error:
        table.fail(key, f"no regular expression: {error}")
