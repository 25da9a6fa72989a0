"""Loading rule sets: read all, check all, run the tests inside, or raise and change nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from ..context import references
from ..custom_detectors import Detector
from ..engine import Engine, rule_entries
from ..errors import RuleConflictError, RuleSyntaxError, RuleTestError
from ..matching.entries import EntryError, entries_of
from ..matching.profile import MatchProfile
from ..rules.source import Document, nearest_of
from ..rules.spec import Alias, DetectorSpec, Rule, RuleSet
from ..rules.trial import failures
from .layers import Content, Layer, Source, candidate_layers, layers_of

_in_use: WeakValueDictionary[tuple[Content, ...], Engine] = WeakValueDictionary()
"""Engines that somebody holds, by what they were made of: the same files again need no second one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a packaged set is, for those who choose one."""

    name: str
    version: str
    """With the sets it extends and the hash, `retail-zh@1,retail-common@1+ab12cd34`."""
    title: tuple[tuple[str, str], ...]
    """(language, title); empty when it has none."""
    extends: tuple[str, ...]
    """Packs whose rules come with it, its own word for it; those may extend others."""
    rules: tuple[Rule, ...]
    """Every rule that naming this pack puts in force."""
    own_rules: tuple[Rule, ...]
    """Those of its own files."""


def packaged(name: str) -> Pack:
    """The pack of that name as it is written; its words are not searched and its tests not run. Raises RuleError."""
    layers = layers_of([name])
    layer = layers[-1]
    ruleset = _ruleset_of(layers)
    return Pack(
        name=name,
        version=ruleset.version,
        title=next((p.pack_title for p in layer.parsed if p.pack_title), ()),
        extends=layer.extends,
        rules=ruleset.rules,
        own_rules=tuple(rule for rule in ruleset.rules if rule.file.is_relative_to(layer.root)),
    )


def load_ruleset(sources: Sequence[Source]) -> RuleSet:
    """The rules of all sources together: packaged names (`retail-zh`), folders of `*.toml`, single files.

    What a source extends (`[pack] extends`) comes before it, and every source is in the set once, however often it is
    named. Tests inside the rules have passed when this returns. Raises RuleSyntaxError (file, line, key, nearest
    valid key), RuleConflictError (an id twice), RuleTestError. Reads the named files only, in the order of their names.
    """
    return load_engine(sources).ruleset


def load_engine(sources: Sequence[Source]) -> Engine:
    """As `load_ruleset`; gives the engine that ran the tests, which is most of the work of loading.

    The same files, as long as somebody holds their engine, give that one.
    """
    return _tested(layers_of(sources))


def load_candidate(packs: Sequence[str], files: Sequence[tuple[str, bytes]]) -> Engine:
    """As `load_engine`, of packaged sets and of files that are on no disk: (name, bytes). Raises as it does."""
    return _tested(candidate_layers(packs, files))


def _tested(layers: Sequence[Layer]) -> Engine:
    content = tuple(layer.content for layer in layers)
    if (same := _in_use.get(content)) is not None:
        return same
    ruleset = _ruleset_of(layers)
    try:
        engine = Engine(ruleset)
    except EntryError:
        _refuse_bad_words(ruleset, layers)  # knows the file and the line
        raise
    failed = failures(ruleset, engine)
    if failed:
        raise RuleTestError(tuple(map(str, failed)), file=failed[0].file, line=failed[0].line)
    _in_use[content] = engine
    return engine


def read_ruleset(sources: Sequence[Source]) -> RuleSet:
    """As `load_ruleset` without running the tests inside."""
    layers = layers_of(sources)
    ruleset = _ruleset_of(layers)
    _refuse_bad_words(ruleset, layers)
    return ruleset


def _ruleset_of(layers: Sequence[Layer]) -> RuleSet:
    """Everything together, checked but for whether each word can be searched."""
    digest = hashlib.sha256()
    for layer in layers:
        for name, data in layer.files:
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
    sha256 = digest.hexdigest()
    parsed = [p for layer in layers for p in layer.parsed]
    names = ",".join(f"{layer.name}@{layer.version}" for layer in layers)
    ruleset = RuleSet(
        version=f"{names}+{sha256[:8]}",
        sha256=sha256,
        rules=tuple(rule for p in parsed for rule in p.rules),
        aliases=tuple(alias for p in parsed for alias in p.aliases),
        detectors=tuple(spec for p in parsed for spec in p.detectors),
        allow=tuple(word for p in parsed for word in p.allow),
    )
    _refuse_conflicts(ruleset)
    _refuse_unknown_names(ruleset, layers)
    return ruleset


def _refuse_conflicts(ruleset: RuleSet) -> None:
    _refuse_twice((rule.id, rule.file, rule.line) for rule in ruleset.rules)
    _refuse_twice((f"alias {alias.name}", alias.file, alias.line) for alias in ruleset.aliases)
    _refuse_twice((f"detector {spec.id}", spec.file, spec.line) for spec in ruleset.detectors)


def _refuse_twice(names: Iterable[tuple[str, Path, int]]) -> None:
    seen: dict[str, tuple[Path, int]] = {}
    for name, file, line in names:
        if name in seen:
            first, first_line = seen[name]
            raise RuleConflictError(name, first=first, second=file, first_line=first_line, second_line=line)
        seen[name] = file, line


def _names(ruleset: RuleSet) -> frozenset[str]:
    return frozenset(references({spec.id: Detector(spec) for spec in ruleset.detectors}))


def _refuse_unknown_names(ruleset: RuleSet, layers: Sequence[Layer]) -> None:
    names = _names(ruleset)
    for rule in ruleset.rules:
        for words, key in ((rule.words, "words"), *((near.any, "near") for near in rule.near)):
            unknown = next((word for word in words if word.startswith("@") and word not in names), None)
            if unknown:
                nearest = nearest_of(unknown, names)
                raise _bad_word(rule, key, f"no detector '{unknown}'", nearest, _line_of(unknown, key, rule, layers))


def _refuse_bad_words(ruleset: RuleSet, layers: Sequence[Layer]) -> None:
    """Every word of every rule can be searched; the complaint names file and line."""
    aliases = ruleset.alias_forms
    names = _names(ruleset)
    for owner, rule in enumerate(ruleset.rules):
        try:
            rule_entries(rule, owner, aliases, names)
        except EntryError as error:
            word = next((w for w in (*rule.words, *rule.allow) if str(error).startswith(f"'{w}'")), "")
            key = "allow" if word in rule.allow and word not in rule.words else "words"
            raise _bad_word(rule, key, str(error), None, _line_of(word, key, rule, layers)) from error
        for word in (word for near in rule.near for word in near.any if word not in names):
            try:
                _check_near(word, aliases)
            except EntryError as error:
                raise _bad_word(rule, "near", str(error), None, _line_of(word, "near", rule, layers)) from error
    for file, word in ((p.file, word) for layer in layers for p in layer.parsed for word in p.allow):
        try:
            entries_of(word, rank=0, owner=0, profile=MatchProfile(), aliases=aliases, is_allow=True)
        except EntryError as error:
            raise RuleSyntaxError(str(error), file=file, key="allow") from error


def _check_near(word: str, aliases: dict[str, tuple[str, ...]]) -> None:
    entries_of(word, rank=0, owner=0, profile=MatchProfile(allow_single=True), aliases=aliases)


def _bad_word(rule: Rule, key: str, reason: str, nearest: str | None, line: int) -> RuleSyntaxError:
    return RuleSyntaxError(f"{reason} (rule {rule.id})", file=rule.file, line=line, key=key, nearest=nearest)


def _line_of(word: str, key: str, rule: Rule, layers: Sequence[Layer]) -> int:
    """Where a word of a rule stands in its file."""
    data = {p.file: data for layer in layers for (_, data), p in zip(layer.files, layer.parsed, strict=True)}
    return Document(rule.file, data[rule.file]).text_line(word, key, rule.line)


__all__ = ["Alias", "DetectorSpec", "Pack", "load_engine", "load_ruleset", "packaged", "read_ruleset"]
