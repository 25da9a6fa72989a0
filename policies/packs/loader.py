"""Loading rule sets: read all, check all, run the tests inside, or raise and change nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from weakref import WeakValueDictionary

from ..context import references
from ..custom_detectors import Detector
from ..engine import Engine, rule_entries
from ..errors import RuleConflictError, RuleSyntaxError, RuleTestError
from ..matching.entries import EntryError, entries_of
from ..matching.profile import MatchProfile
from ..rules.parse import Parsed, parse_file
from ..rules.source import MAX_FILE_BYTES, Document, nearest_of
from ..rules.spec import Alias, DetectorSpec, Rule, RuleSet
from ..rules.trial import failures

PACKAGED = Path(__file__).parent
MAX_FILES = 500
Source = Path | str
_Content = tuple[tuple[Path, tuple[tuple[str, bytes], ...]], ...]
"""Of each layer its root, and the name and digest of each of its files."""
_in_use: WeakValueDictionary[_Content, Engine] = WeakValueDictionary()
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """One source as read."""

    root: Path
    files: tuple[tuple[str, bytes], ...]
    """(name below the root, bytes)."""
    parsed: tuple[Parsed, ...]

    @property
    def name(self) -> str:
        given = next((p.pack_name for p in self.parsed if p.pack_name), None)
        return given or (self.root.stem if self.root.is_file() else self.root.name)

    @property
    def version(self) -> str:
        return next((p.pack_version for p in self.parsed if p.pack_version), "1")

    @property
    def extends(self) -> tuple[str, ...]:
        return tuple(name for p in self.parsed for name in p.extends)

    @property
    def content(self) -> tuple[Path, tuple[tuple[str, bytes], ...]]:
        return self.root, tuple((name, hashlib.sha256(data).digest()) for name, data in self.files)


def packaged_names() -> tuple[str, ...]:
    """Names of the packs that ship with the program."""
    return tuple(sorted(path.name for path in PACKAGED.iterdir() if path.is_dir() and any(path.glob("*.toml"))))


def packaged(name: str) -> Pack:
    """The pack of that name as it is written; its words are not searched and its tests not run. Raises RuleError."""
    layers = _layers([name])
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
    return _tested(_layers(sources))


def load_candidate(packs: Sequence[str], files: Sequence[tuple[str, bytes]]) -> Engine:
    """As `load_engine`, of packaged sets and of files that are on no disk: (name, bytes). Raises as it does."""
    layers: dict[Path, _Layer] = {}
    for pack in packs:
        if pack not in packaged_names():
            raise RuleSyntaxError("no such pack", file=Path(pack), nearest=nearest_of(pack, packaged_names()))
        _add(pack, layers, ())
    parsed = tuple(parse_file(Path(name), data) for name, data in files)
    root = Path("candidate")
    for p in parsed:
        _add_extended(p, layers, (root,))
    layers[root] = _Layer(root=root, files=tuple(files), parsed=parsed)
    return _tested(list(layers.values()))


def _tested(layers: Sequence[_Layer]) -> Engine:
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
    layers = _layers(sources)
    ruleset = _ruleset_of(layers)
    _refuse_bad_words(ruleset, layers)
    return ruleset


def _ruleset_of(layers: Sequence[_Layer]) -> RuleSet:
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


def _layers(sources: Sequence[Source]) -> list[_Layer]:
    """Every source and what it extends, each once, the extended ones first."""
    layers: dict[Path, _Layer] = {}
    for source in sources:
        _add(source, layers, ())
    return list(layers.values())


def _add(source: Source, layers: dict[Path, _Layer], extending: tuple[Path, ...]) -> None:
    root, files = _files(source)
    place = root.resolve()
    if place in layers:
        return
    read = [(_name(file, root), _read(file)) for file in files]
    parse = _parse_packaged if root.is_relative_to(PACKAGED) else parse_file
    parsed = tuple(parse(file, data) for file, (_, data) in zip(files, read, strict=True))
    for p in parsed:
        _add_extended(p, layers, (*extending, place))
    layers[place] = _Layer(root=root, files=tuple(read), parsed=parsed)


@lru_cache(maxsize=256)
def _parse_packaged(file: Path, data: bytes) -> Parsed:
    """What every rule set that extends it shares."""
    return parse_file(file, data)


def _add_extended(p: Parsed, layers: dict[Path, _Layer], extending: tuple[Path, ...]) -> None:
    for name in p.extends:
        if name not in packaged_names():
            nearest = nearest_of(name, packaged_names())
            raise RuleSyntaxError(f"no pack '{name}'", file=p.file, key="extends", nearest=nearest)
        if PACKAGED.joinpath(name).resolve() in extending:
            raise RuleSyntaxError(f"'{name}' would extend itself", file=p.file, key="extends")
        _add(name, layers, extending)


def _files(source: Source) -> tuple[Path, list[Path]]:
    path = Path(source)
    if isinstance(source, str) and source in packaged_names():
        path = PACKAGED / source
    if path.is_file():
        return path, [path]
    if not path.is_dir():
        raise RuleSyntaxError(
            "no such rule file, folder or pack", file=path, nearest=nearest_of(str(source), packaged_names())
        )
    files = sorted(
        file for file in path.rglob("*.toml") if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        raise RuleSyntaxError("no *.toml files in it", file=path)
    if len(files) > MAX_FILES:
        raise RuleSyntaxError(f"more than {MAX_FILES} files", file=path)
    return path, files


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if root.is_dir() else file.name


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise RuleSyntaxError(f"larger than {MAX_FILE_BYTES} bytes", file=file)
        return file.read_bytes()
    except OSError as error:
        raise RuleSyntaxError(f"cannot be read: {error.strerror}", file=file) from error


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


def _refuse_unknown_names(ruleset: RuleSet, layers: Sequence[_Layer]) -> None:
    names = _names(ruleset)
    for rule in ruleset.rules:
        for words, key in ((rule.words, "words"), *((near.any, "near") for near in rule.near)):
            unknown = next((word for word in words if word.startswith("@") and word not in names), None)
            if unknown:
                nearest = nearest_of(unknown, names)
                raise _bad_word(rule, key, f"no detector '{unknown}'", nearest, _line_of(unknown, key, rule, layers))


def _refuse_bad_words(ruleset: RuleSet, layers: Sequence[_Layer]) -> None:
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


def _line_of(word: str, key: str, rule: Rule, layers: Sequence[_Layer]) -> int:
    """Where a word of a rule stands in its file."""
    data = {p.file: data for layer in layers for (_, data), p in zip(layer.files, layer.parsed, strict=True)}
    return Document(rule.file, data[rule.file]).text_line(word, key, rule.line)


__all__ = ["Alias", "DetectorSpec", "Pack", "load_engine", "load_ruleset", "packaged", "packaged_names", "read_ruleset"]
