"""Which profile each public case file was written for: the `config` of a case to a `MatchProfile`.

A case holds only under the profile of the engine it came from (shared/cases/README.md, "Sources disagree").
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from policies.folding.table import DigitFold, Skip
from policies.matching.profile import (
    ANY_GAP,
    PLAIN,
    Boundary,
    EntrySkips,
    GapRule,
    MatchProfile,
    Overlap,
    RunEdges,
    Syntax,
)

HOUBB = MatchProfile(
    fold_digits=DigitFold.HAN,
    skip=Skip.NONE,
    gap=ANY_GAP,
    gap_rule=GapRule.ANY,
    repeats=False,
    boundary=Boundary.NONE,
    overlap=Overlap.SHORTEST_FIRST,
    syntax=Syntax.LITERAL,
    allow_single=True,
    run_edges=RunEdges.SKIPS,
    disguises=PLAIN,
)
"""houbb/sensitive-word's defaults: all folds on, nothing skipped, shortest word at the leftmost place."""

TOOLGOOD_PLAIN = MatchProfile(
    fold_case=False,
    fold_width=False,
    fold_trad=False,
    fold_lookalike=False,
    fold_digits=DigitFold.NONE,
    skip=Skip.NONE,
    entry_skips=EntrySkips.INERT,
    gap=ANY_GAP,
    gap_rule=GapRule.ANY,
    repeats=False,
    boundary=Boundary.NONE,
    overlap=Overlap.ALL,
    syntax=Syntax.LITERAL,
    allow_single=True,
    disguises=PLAIN,
)
"""ToolGood's StringSearch and WordsSearch: plain text, every occurrence."""

HUTOOL = replace(
    TOOLGOOD_PLAIN, skip=Skip.SYMBOLS, entry_skips=EntrySkips.DROP, fold_case=False, overlap=Overlap.LEFTMOST_LONGEST
)
"""hutool-dfa: stop characters passed over, in entries too."""

PEOPLE_EXPECT = MatchProfile(gap=ANY_GAP, gap_rule=GapRule.ANY, boundary=Boundary.NONE, disguises=PLAIN)
"""What the users who reported failures expect: the product's own folds, symbols passed over however many."""

BY_NAME: Mapping[str, tuple[Overlap, ...]] = {
    "any": (
        Overlap.ALL,
        Overlap.LEFTMOST_FIRST,
        Overlap.LEFTMOST_LONGEST,
        Overlap.SHORTEST_FIRST,
        Overlap.EARLIEST_END,
    ),
    "leftmost_first": (Overlap.LEFTMOST_FIRST,),
    "leftmost_longest": (Overlap.LEFTMOST_LONGEST,),
    "standard_non_overlapping": (Overlap.EARLIEST_END,),
    "any_non_overlapping": (Overlap.LEFTMOST_FIRST, Overlap.LEFTMOST_LONGEST, Overlap.EARLIEST_END),
    "non_overlapping": (Overlap.LEFTMOST_LONGEST, Overlap.EARLIEST_END),
    "all_overlapping": (Overlap.ALL,),
    "ascii_case_insensitive": (Overlap.ALL,),
}
"""The match kinds of BurntSushi's aho-corasick tests; a case may hold under several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProfile:
    """How to run one case."""

    words: tuple[str, ...]
    allow: tuple[str, ...]
    profile: MatchProfile


Json = None | bool | int | str | list["Json"] | Mapping[str, "Json"]


def case_profiles(case: Mapping[str, Json]) -> tuple[CaseProfile, ...]:
    """Every profile a `spans` or `bool` case must hold under; none when it tests something else."""
    source = str(case["id"]).rsplit("-", 1)[0]
    single = case_profile(case)
    if single is None:
        return ()
    config = case.get("config")
    kinds = config.get("match") if isinstance(config, Mapping) else None
    if source != "ac_semantics" or not isinstance(kinds, list):
        return (single,)
    names = [name for kind in kinds for name in str(kind).split(",")]
    folds_case = "ascii_case_insensitive" in names
    profile = replace(single.profile, fold_case=folds_case)
    wanted = [name for name in names if name != "ascii_case_insensitive"] or names
    overlaps = dict.fromkeys(overlap for name in wanted for overlap in BY_NAME[name])
    return tuple(replace(single, profile=replace(profile, overlap=overlap)) for overlap in overlaps)


def case_profile(case: Mapping[str, Json]) -> CaseProfile | None:
    """The profile, words and allow list of a `spans` or `bool` case; None when it tests something else."""
    source = str(case["id"]).rsplit("-", 1)[0]
    config = case.get("config")
    options = config if isinstance(config, Mapping) else {}
    feature = str(case.get("feature", ""))
    words = _strings(case.get("words"))
    if source == "toolgood_words" and feature.startswith("pinyin") and feature != "pinyin_match_negative":
        return None
    profile = apply_config(_base(source, feature), options)
    detector = {"email": "@email", "url": "@url", "ipv4": "@ipv4", "email_negative": "@email"}.get(
        feature.removesuffix("_negative")
    )
    if detector and not words:
        words = (detector,)
    if "category" in options and source == "houbb_sensitive_word":
        words = tuple(word for word in words if CATEGORIES.get(word) == options["category"])
    return CaseProfile(words=words, allow=_strings(options.get("allow")), profile=profile)


def _base(source: str, feature: str) -> MatchProfile:
    match source, feature:
        case "houbb_sensitive_word", _:
            return HOUBB
        case "issue_reports", "slash_is_boundary":
            return replace(PEOPLE_EXPECT, boundary=Boundary.LATIN_DIGIT)
        case "issue_reports", _:
            return PEOPLE_EXPECT
        case "go_node_java_dfa", "case_fold_substring":
            return replace(TOOLGOOD_PLAIN, fold_case=True)
        case "go_node_java_dfa", ("stop_chars_overlap_policy" | "stop_char_inside_lexicon_word" | "mask_longest"):
            shortest = (
                feature == "stop_chars_overlap_policy"
            )  # "longest" there is greedy without density: the same spans
            return replace(HUTOOL, overlap=Overlap.SHORTEST_FIRST) if shortest else HUTOOL
        case "go_node_java_dfa", "mask_left_to_right_longest":
            return replace(TOOLGOOD_PLAIN, overlap=Overlap.LEFTMOST_LONGEST)
        case "go_node_java_dfa", "skip_spaces":
            return HUTOOL
        case _:
            return TOOLGOOD_PLAIN


CATEGORIES = {"商品": "广告", "AV": "色情"}
"""Tags of houbb's WordTagsTest, which the case names only by the wanted one."""


def apply_config(profile: MatchProfile, options: Mapping[str, Json]) -> MatchProfile:
    """`profile` with a case's `config` on top."""
    for key, value in options.items():
        match key, value:
            case "boundary", str():
                profile = replace(profile, boundary=Boundary.NONE if value == "always_true" else Boundary(value))
            case "overlap", str():
                profile = replace(profile, overlap=Overlap(value))
            case "skip", bool():
                profile = replace(profile, skip=Skip.SYMBOLS if value else Skip.NONE)
            case "skip", ("none" | "ascii_punctuation" | "symbols") as name:
                profile = replace(profile, skip=Skip(name))
            case (("skip" | "skip_chars"), str()):
                profile = replace(profile, skip_chars=value)
            case (("repeat" | "repeats" | "ignore_repeat"), bool()):
                profile = replace(profile, repeats=value)
            case "fold_case" | "ignore_case", bool():
                profile = replace(profile, fold_case=value)
            case "fold_width", bool():
                profile = replace(profile, fold_width=value)
            case "fold_trad", bool():
                profile = replace(profile, fold_trad=value)
            case "fold_digits", bool():
                profile = replace(profile, fold_digits=DigitFold.HAN if value else DigitFold.NONE)
            case "min_digits", int():
                profile = replace(profile, min_digits=value)
            case "whole_words", bool():
                profile = replace(profile, boundary=Boundary.LATIN_DIGIT if value else Boundary.NONE)
            case "whole_words_whitespace", bool():
                profile = replace(profile, boundary=Boundary.LATIN_DIGIT)
            case "pattern_syntax", str():
                profile = replace(profile, syntax=Syntax.WILDCARD)
            case _:
                pass
    return profile


def _strings(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def match_options(profile: MatchProfile) -> dict[str, bool | int | str]:
    """The profile as the `match = { … }` of a rule, every option written out."""
    return {
        "fold_case": profile.fold_case,
        "fold_width": profile.fold_width,
        "fold_trad": profile.fold_trad,
        "fold_lookalike": profile.fold_lookalike,
        "fold_digits": profile.fold_digits.value,
        "skip": profile.skip.value,
        "skip_chars": profile.skip_chars,
        "entry_skips": profile.entry_skips.value,
        "gap": profile.gap,
        "gap_rule": profile.gap_rule.value,
        "repeats": profile.repeats,
        "boundary": profile.boundary.value,
        "overlap": profile.overlap.value,
        "syntax": profile.syntax.value,
        "allow_single": profile.allow_single,
        "min_digits": profile.min_digits,
        "run_edges": profile.run_edges.value,
        "homophone": profile.disguises.homophone.value,
        "pinyin": profile.disguises.pinyin,
        "lookalike": profile.disguises.lookalike,
        "split": profile.disguises.split,
        "reversed": profile.disguises.reversed,
    }


def rule_file(case: CaseProfile, rule_id: str = "case.rule") -> str:
    """A rule file that runs the case: one rule with its words, allow list and options."""
    options = ", ".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in match_options(case.profile).items()
    )
    return "\n".join(
        (
            "[[rule]]",
            f"id = {json.dumps(rule_id)}",
            'title = "case"',
            'category = "case"',
            'severity = "low"',
            f"words = {json.dumps(list(case.words), ensure_ascii=False)}",
            f"allow = {json.dumps(list(case.allow), ensure_ascii=False)}",
            f"match = {{ {options} }}",
            "",
        )
    )
