"""Rule files to specs."""

import re
from dataclasses import dataclass
from pathlib import Path

from ..matching.profile import MatchProfile
from ..model import Earlier, How, Severity, Side, SubjectKind
from .actions import read_action
from .profiles import read_profile
from .source import Document, Table
from .spec import (
    Alias,
    DetectorKind,
    DetectorSpec,
    DigitView,
    Effect,
    Near,
    Raise,
    RejectNear,
    Rule,
    RuleTest,
    Sender,
    Spread,
    Toward,
)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MAX_WORDS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one file holds."""

    file: Path
    pack_name: str | None
    pack_version: str | None
    pack_title: tuple[tuple[str, str], ...]
    extends: tuple[str, ...]
    """Packaged sets whose rules belong to this one too."""
    rules: tuple[Rule, ...]
    aliases: tuple[Alias, ...]
    detectors: tuple[DetectorSpec, ...]
    allow: tuple[str, ...]


def parse_file(file: Path, data: bytes) -> Parsed:
    """Everything in a rule file. Raises RuleSyntaxError."""
    document = Document(file, data)
    root = Table(document, "file", document.root, 1)
    base = MatchProfile()
    base_allow: tuple[str, ...] = ()
    base_ignored: tuple[str, ...] = ()
    match = root.table("match")
    if match is not None:
        base, base_allow, base_ignored = read_profile(match, base)
    pack = root.table("pack")
    name = version = None
    title: tuple[tuple[str, str], ...] = ()
    extends: tuple[str, ...] = ()
    if pack is not None:
        name, version = pack.text("name"), pack.text("version", "1")
        title = _both(pack, "title") if pack.has("title") else ()
        pack.know("title")
        extends = pack.texts("extends")
        pack.done()
    parsed = Parsed(
        file=file,
        pack_name=name,
        pack_version=version,
        pack_title=title,
        extends=extends,
        rules=tuple(_rule(table, base, base_allow, base_ignored) for table in root.tables("rule", heading="rule")),
        aliases=tuple(map(_alias, root.tables("alias", heading="alias"))),
        detectors=tuple(map(_detector, root.tables("detector", heading="detector"))),
        allow=root.texts("allow"),
    )
    root.done()
    return parsed


def _rule(table: Table, base: MatchProfile, base_allow: tuple[str, ...], base_ignored: tuple[str, ...]) -> Rule:
    rule_id = table.text("id")
    if not _ID.fullmatch(rule_id):
        table.fail("id", "letters, digits, '.', '_' and '-', at most 100")
    profile, match_allow, ignored = base, base_allow, base_ignored
    match = table.table("match")
    if match is not None:
        profile, own_allow, own_ignored = read_profile(match, base)
        match_allow, ignored = match_allow + own_allow, ignored + own_ignored
    kinds = frozenset(table.choices("kinds", SubjectKind)) or frozenset((SubjectKind.MESSAGE,))
    words = table.texts("words")
    if len(words) > MAX_WORDS:
        table.fail("words", f"more than {MAX_WORDS} words")
    if not words and not profile.min_digits and kinds & {SubjectKind.MESSAGE, SubjectKind.CONTACT}:
        table.fail_missing("words")
    near = tuple(_near(item, Effect.REQUIRE) for item in table.tables("near"))
    not_near = tuple(_near(item, Effect.DROP) for item in table.tables("not_near"))
    raise_on = frozenset(table.choices("raise_on", Raise)) if table.has("raise_on") else frozenset(Raise)
    table.know("raise_on")
    table.know("note")
    table.know("advice")
    rule = Rule(
        id=rule_id,
        title=_both(table, "title"),
        advice=_both(table, "advice") if table.has("advice") else (),
        category=table.text("category"),
        severity=table.choice("severity", Severity),
        kinds=kinds,
        channels=frozenset(table.texts("channels") + table.texts("sources")),
        sides=frozenset(table.choices("sides", Side)),
        words=words,
        allow=table.texts("allow") + match_allow,
        profile=profile,
        near=near + not_near,
        raise_on=raise_on,
        spread=_spread(table),
        tests=_tests(table, kinds),
        file=table.document.file,
        line=table.line,
        ignored=ignored,
        actions=tuple(map(read_action, table.tables("action"))),
    )
    table.done()
    return rule


def _both(table: Table, key: str) -> tuple[tuple[str, str], ...]:
    """(language, text) for en and zh, from `{ en = …, zh = … }` or one text for both."""
    value = table.raw(key)
    if value is None:
        table.fail_missing(key)
    if isinstance(value, str):
        return (("en", value), ("zh", value))
    inner = Table(table.document, key, value, table.document.key_line(key, table.line))
    both = (("en", inner.text("en")), ("zh", inner.text("zh")))
    inner.done()
    return both


def _near(table: Table, default: Effect) -> Near:
    near = Near(
        any=table.texts("any"),
        within=table.integer("within", 15, 0, 10_000),
        messages=table.integer("messages", 0, 0, 20),
        side=table.choice("side", Toward, Toward.BOTH),
        effect=table.choice("effect", Effect, default),
        seconds=table.integer("seconds", 0, 0, 86_400),
        sender=table.choice("sender", Sender, Sender.SAME),
    )
    if not near.any:
        table.fail_missing("any")
    table.done()
    return near


def _spread(table: Table) -> Spread:
    """`spread = false` for the message alone, or `{ messages = …, seconds = … }`."""
    value = table.raw("spread")
    if value is None or isinstance(value, bool):
        return Spread() if value is not False else Spread(messages=0)
    inner = Table(table.document, "spread", value, table.document.key_line("spread", table.line))
    spread = Spread(
        messages=inner.integer("messages", Spread().messages, 0, 5),
        seconds=inner.integer("seconds", Spread().seconds, 1, 86_400),
    )
    inner.done()
    return spread


def _tests(table: Table, kinds: frozenset[SubjectKind]) -> tuple[RuleTest, ...]:
    tests = table.table("tests")
    if tests is None:
        return ()
    kind = SubjectKind.MESSAGE if SubjectKind.MESSAGE in kinds else min(kinds)
    found = [_test(tests, item, kind=kind, key="hit", start=table.line) for item in _items(tests, "hit")]
    found += [_test(tests, item, kind=kind, key="miss", start=table.line) for item in _items(tests, "miss")]
    tests.done()
    return tuple(found)


def _items(tests: Table, key: str) -> list[object]:
    value = tests.raw(key)
    if value is None:
        return []
    if not isinstance(value, list):
        tests.fail(key, "must be a list")
    return list(value)


def _test(tests: Table, item: object, *, kind: SubjectKind, key: str, start: int) -> RuleTest:
    table = Table(tests.document, key, {"text": item} if isinstance(item, str) else item, tests.line)
    how_key = "how" if table.has("how") else "class"
    span = table.raw("span")
    if span is not None and not (isinstance(span, list) and len(span) == 2 and all(isinstance(n, int) for n in span)):
        table.fail("span", "must be [start, end]")
    text = table.text("text", "")
    test = RuleTest(
        text=text,
        expects_hit=key == "hit",
        span=(int(span[0]), int(span[1])) if isinstance(span, list) else None,
        how=table.choice(how_key, How) if table.has(how_key) else None,
        severity=table.choice("severity", Severity) if table.has("severity") else None,
        previous=_previous(table),
        channel=table.text("channel", ""),
        side=table.choice("side", Side, Side.UNKNOWN),
        kind=table.choice("kind", SubjectKind, kind),
        line=tests.document.text_line(text, key, start),
    )
    for known in ("how", "class", "severity"):
        table.know(known)
    table.done()
    return test


def _previous(table: Table) -> tuple[str | Earlier, ...]:
    """Texts, or `{ text = …, side = …, seconds = … }`."""
    found: list[str | Earlier] = []
    for item in _items(table, "prev"):
        if isinstance(item, str) and item:
            found.append(item)
            continue
        inner = Table(table.document, "prev", item, table.line)
        age = inner.integer("seconds", -1, 0, 1_000_000)
        side = inner.choice("side", Side, Side.UNKNOWN)
        found.append(Earlier(text=inner.text("text"), side=side, age_s=None if age < 0 else float(age)))
        inner.done()
    return tuple(found)


def _alias(table: Table) -> Alias:
    alias = Alias(name=table.text("name"), forms=table.texts("forms"), file=table.document.file, line=table.line)
    if not alias.forms:
        table.fail_missing("forms")
    if set(alias.name) & set("{}|?"):
        table.fail("name", "must not hold any of { } | ?")
    table.done()
    return alias


def _detector(table: Table) -> DetectorSpec:
    table.member("kind", DetectorKind, table.raw("kind") or "digit_run")
    shortest, longest = _length(table)
    prefix = table.text("prefix", "")
    try:
        re.compile(prefix)
    except re.error as error:
        table.fail("prefix", f"no regular expression: {error}")
    views = table.choices("views", DigitView)
    reject = table.table("reject_near")
    spec = DetectorSpec(
        id=table.text("id"),
        shortest=shortest,
        longest=longest,
        prefix=prefix,
        is_spoken=DigitView.SPOKEN in views,
        reject_near=_reject(reject) if reject else None,
        file=table.document.file,
        line=table.line,
    )
    mask = table.table("mask")
    if mask is not None:
        mask.integer("keep_head", 3, 0, 100)
        mask.integer("keep_tail", 4, 0, 100)
        mask.text("char", "*")
        mask.done()
    table.done()
    return spec


def _length(table: Table) -> tuple[int, int]:
    value = table.raw("length")
    if isinstance(value, list) and len(value) == 2 and all(isinstance(n, int) and 1 <= n <= 64 for n in value):
        return int(value[0]), int(value[1])
    length = table.integer("length", 0, 1, 64)
    if not length:
        table.fail_missing("length")
    return length, length


def _reject(table: Table) -> RejectNear:
    reject = RejectNear(
        any=table.texts("any"),
        unless=table.texts("unless"),
        side=table.choice("side", Toward, Toward.LEFT),
        within=table.integer("within", 4, 1, 100),
    )
    table.done()
    return reject
