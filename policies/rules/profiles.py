"""`match = { … }` of a rule to a `MatchProfile`."""

from dataclasses import replace

from ..folding.table import DigitFold, Skip
from ..matching.profile import (
    ANY_GAP,
    PLAIN,
    Boundary,
    Disguises,
    EntrySkips,
    GapRule,
    Homophone,
    MatchProfile,
    Overlap,
    RunEdges,
    Syntax,
)
from .source import Table


def read_profile(table: Table, base: MatchProfile) -> tuple[MatchProfile, tuple[str, ...], tuple[str, ...]]:
    """(profile, its `allow` words, keys accepted but without effect), starting from `base`."""
    profile = base
    if table.has("fold") and not table.flag("fold", default=True):
        profile = replace(
            profile,
            fold_case=False,
            fold_width=False,
            fold_trad=False,
            fold_lookalike=False,
            fold_digits=DigitFold.NONE,
            disguises=PLAIN,
        )
    elif table.has("fold"):
        table.raw("fold")
    case_key = "ignore_case" if table.has("ignore_case") else "fold_case"
    repeats = next((key for key in ("repeat", "ignore_repeat") if table.has(key)), "repeats")
    syntax_key = "pattern_syntax" if table.has("pattern_syntax") else "syntax"
    profile = replace(
        profile,
        fold_case=table.flag(case_key, profile.fold_case),
        fold_width=table.flag("fold_width", profile.fold_width),
        fold_trad=table.flag("fold_trad", profile.fold_trad),
        fold_lookalike=table.flag("fold_lookalike", profile.fold_lookalike),
        fold_digits=_digits(table, profile.fold_digits),
        skip=_skip(table, profile.skip),
        skip_chars=table.text("skip_chars", profile.skip_chars),
        entry_skips=table.choice("entry_skips", EntrySkips, profile.entry_skips),
        gap=_gap(table, profile.gap),
        gap_rule=table.choice("gap_rule", GapRule, profile.gap_rule),
        repeats=table.flag(repeats, profile.repeats),
        boundary=_boundary(table, profile.boundary),
        overlap=table.choice("overlap", Overlap, profile.overlap),
        syntax=_syntax(table, syntax_key, profile.syntax),
        allow_single=table.flag("allow_single", profile.allow_single),
        min_digits=table.integer("min_digits", profile.min_digits, 0, 1000),
        run_edges=table.choice("run_edges", RunEdges, profile.run_edges),
        disguises=_disguises(table, profile.disguises),
    )
    allow = table.texts("allow")
    for key in ("fold", "ignore_case", "fold_case", "repeats", "repeat", "ignore_repeat", "syntax", "pattern_syntax"):
        table.know(key)
    table.done()
    return profile, allow, ()


def _disguises(table: Table, default: Disguises) -> Disguises:
    return Disguises(
        homophone=_homophone(table, default.homophone),
        pinyin=table.flag("pinyin", default.pinyin),
        lookalike=table.flag("lookalike", default.lookalike),
        split=table.flag("split", default.split),
        reversed=table.flag("reversed", default.reversed),
    )


def _homophone(table: Table, default: Homophone) -> Homophone:
    value = table.raw("homophone")
    if value is None:
        return default
    if isinstance(value, bool):
        return Homophone.ON if value else Homophone.OFF
    return table.member("homophone", Homophone, value)


def _digits(table: Table, default: DigitFold) -> DigitFold:
    value = table.raw("fold_digits")
    if value is None:
        return default
    if isinstance(value, bool):
        return DigitFold.HAN if value else DigitFold.NONE
    return table.member("fold_digits", DigitFold, value)


def _skip(table: Table, default: Skip) -> Skip:
    value = table.raw("skip")
    if value is None:
        return default
    if isinstance(value, bool):
        return Skip.SYMBOLS if value else Skip.NONE
    return table.member("skip", Skip, value)


def _gap(table: Table, default: int) -> int:
    if table.raw("gap") == "any":
        return ANY_GAP
    return table.integer("gap", default, 0, ANY_GAP)


def _boundary(table: Table, default: Boundary) -> Boundary:
    if table.raw("boundary") == "always_true":
        return Boundary.NONE
    return table.choice("boundary", Boundary, default)


def _syntax(table: Table, key: str, default: Syntax) -> Syntax:
    if key == "pattern_syntax":
        return Syntax.WILDCARD if table.text(key) else default
    return table.choice(key, Syntax, default)
