"""What a rule set is made of: its sources and what they extend, each once, the extended ones first.

A source is a packaged set, a folder, a file, or a folder of packs: one where folders say `[pack]` and no file beside
them does. They are packs of their own then, which extend each other by name before packaged ones of that name.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ..errors import RuleSyntaxError
from ..rules.parse import Parsed, parse_file
from ..rules.source import MAX_FILE_BYTES, nearest_of

PACKAGED = Path(__file__).parent
MAX_FILES = 500
Source = Path | str
Content = tuple[Path, tuple[tuple[str, bytes], ...]]
"""The root of a layer, and the name and digest of each of its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One pack, folder or file as read."""

    root: Path
    files: tuple[tuple[str, bytes], ...]
    """(name below the root, bytes)."""
    parsed: tuple[Parsed, ...]

    @property
    def name(self) -> str:
        """As it calls itself; else that of its folder or file."""
        given = next((p.pack_name for p in self.parsed if p.pack_name), None)
        return given or (self.root.stem if self.root.is_file() else self.root.name)

    @property
    def version(self) -> str:
        """As it says; else 1."""
        return next((p.pack_version for p in self.parsed if p.pack_version), "1")

    @property
    def extends(self) -> tuple[str, ...]:
        """The packs that come with it, its own word for it; those may extend others."""
        return tuple(name for p in self.parsed for name in p.extends)

    @property
    def content(self) -> Content:
        """What tells it from every other."""
        return self.root, tuple((name, hashlib.sha256(data).digest()) for name, data in self.files)


def packaged_names() -> tuple[str, ...]:
    """Names of the packs that ship with the program."""
    return tuple(sorted(path.name for path in PACKAGED.iterdir() if path.is_dir() and any(path.glob("*.toml"))))


def layers_of(sources: Sequence[Source]) -> tuple[Layer, ...]:
    """Every source and what it extends. Raises RuleSyntaxError."""
    found: dict[Path, Layer] = {}
    for source in sources:
        if _root_of(source).resolve() not in found:
            _add_all(_read(source), found)
    return tuple(found.values())


def candidate_layers(packs: Sequence[str], files: Sequence[tuple[str, bytes]]) -> tuple[Layer, ...]:
    """As `layers_of`, of packaged sets and of files that are on no disk: (name, bytes). Raises as it does."""
    found: dict[Path, Layer] = {}
    for pack in packs:
        if pack not in packaged_names():
            raise RuleSyntaxError("no such pack", file=Path(pack), nearest=nearest_of(pack, packaged_names()))
    candidate = Layer(
        root=Path("candidate"), files=tuple(files), parsed=tuple(parse_file(Path(name), data) for name, data in files)
    )
    own = _packs_in(candidate)
    beside = _by_name(own)
    for pack in packs:
        if pack in beside:
            _add(beside[pack], beside, found, ())
        else:
            _add_named(pack, beside, found, ())
    _add_all(own, found)
    return tuple(found.values())


def _add_all(layers: Sequence[Layer], found: dict[Path, Layer]) -> None:
    beside = _by_name(layers)
    for layer in layers:
        _add(layer, beside, found, ())


def _by_name(layers: Sequence[Layer]) -> dict[str, Layer]:
    """Those that others extend before packaged ones; none where there is only one."""
    return {layer.name: layer for layer in layers} if len(layers) > 1 else {}


def _add(layer: Layer, beside: Mapping[str, Layer], found: dict[Path, Layer], extending: tuple[Path, ...]) -> None:
    place = layer.root.resolve()
    if place in found:
        return
    for p in layer.parsed:
        for name in p.extends:
            other = None if beside.get(name) is layer else beside.get(name)
            if other is None and name not in packaged_names():
                nearest = nearest_of(name, (*beside, *packaged_names()))
                raise RuleSyntaxError(f"no pack '{name}'", file=p.file, key="extends", nearest=nearest)
            root = PACKAGED / name if other is None else other.root
            if root.resolve() in (*extending, place):
                raise RuleSyntaxError(f"'{name}' would extend itself", file=p.file, key="extends")
            if other is None:
                _add_named(name, beside, found, (*extending, place))
            else:
                _add(other, beside, found, (*extending, place))
    found[place] = layer


def _add_named(name: str, beside: Mapping[str, Layer], found: dict[Path, Layer], extending: tuple[Path, ...]) -> None:
    if PACKAGED.joinpath(name).resolve() not in found:
        for layer in _read(name):
            _add(layer, beside, found, extending)


def _read(source: Source) -> tuple[Layer, ...]:
    """One layer; those of a folder of packs, and what lies beside them."""
    root, files = _files(source)
    read = tuple((_name(file, root), _read_file(file)) for file in files)
    parse = _parse_packaged if root.is_relative_to(PACKAGED) else parse_file
    parsed = tuple(parse(file, data) for file, (_, data) in zip(files, read, strict=True))
    return _packs_in(Layer(root=root, files=read, parsed=parsed))


def _packs_in(whole: Layer) -> tuple[Layer, ...]:
    """`whole`, or the packs that are folders in it and, as the last one, its other files."""
    groups: dict[str, list[tuple[str, bytes, Parsed]]] = {}
    for (name, data), p in zip(whole.files, whole.parsed, strict=True):
        first, *below = PurePosixPath(name).parts
        groups.setdefault(first if below else "", []).append(("/".join(below) or first, data, p))
    packs = [folder for folder, files in groups.items() if any(p.pack_name for *_, p in files)]
    if "" in packs or not packs:
        return (whole,)
    others = [
        (f"{folder}/{name}" if folder else name, data, p)
        for folder, files in groups.items()
        if folder not in packs
        for name, data, p in files
    ]
    layers = (*((whole.root / folder, groups[folder]) for folder in packs), *([(whole.root, others)] if others else ()))
    return tuple(
        Layer(root=root, files=tuple((name, data) for name, data, _ in files), parsed=tuple(p for *_, p in files))
        for root, files in layers
    )


@lru_cache(maxsize=256)
def _parse_packaged(file: Path, data: bytes) -> Parsed:
    """What every rule set that extends it shares."""
    return parse_file(file, data)


def _root_of(source: Source) -> Path:
    path = Path(source)
    return PACKAGED / source if isinstance(source, str) and source in packaged_names() else path


def _files(source: Source) -> tuple[Path, list[Path]]:
    path = _root_of(source)
    if path.is_file():
        return path, [path]
    if not path.is_dir():
        raise RuleSyntaxError(
            "no such rule file, folder or pack", file=path, nearest=nearest_of(str(source), packaged_names())
        )
    files = sorted(_visible(path))
    if not files:
        raise RuleSyntaxError("no *.toml files in it", file=path)
    if len(files) > MAX_FILES:
        raise RuleSyntaxError(f"more than {MAX_FILES} files", file=path)
    return path, files


def _visible(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.toml"):
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def _name(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if root.is_dir() else file.name


def _read_file(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise RuleSyntaxError(f"larger than {MAX_FILE_BYTES} bytes", file=file)
        return file.read_bytes()
    except OSError as error:
        raise RuleSyntaxError(f"cannot be read: {error.strerror}", file=file) from error
