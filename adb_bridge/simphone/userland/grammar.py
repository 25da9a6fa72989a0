"""What a shell script parses into."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Literal:
    """Characters as they are. Unquoted ones take part in field splitting only by being outside quotes."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name`, `${name}`, `$?`."""

    name: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(script)` or backticks."""

    script: "Script"
    quoted: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((expression))`, parsed when expanded."""

    expression: str
    quoted: bool


Part = Literal | Parameter | Substitution | Arithmetic


@dataclass(frozen=True, slots=True)
class Word:
    """One word; no parts and `is_quoted` is the empty argument ''."""

    parts: tuple[Part, ...]
    is_quoted: bool


class RedirectKind(StrEnum):
    """How a descriptor is redirected."""

    READ = "<"
    WRITE = ">"
    APPEND = ">>"
    DUPLICATE = ">&"


@dataclass(frozen=True, slots=True)
class Redirect:
    """`fd kind target`."""

    fd: int
    kind: RedirectKind
    target: Word


@dataclass(frozen=True, slots=True)
class Assignment:
    """`name=value`."""

    name: str
    value: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its arguments."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`( script )` or `{ script; }`."""

    script: "Script"
    is_subshell: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if … then … elif … else … fi`: pairs of condition and body, then the else branch."""

    branches: tuple[tuple["Script", "Script"], ...]
    otherwise: "Script | None"


@dataclass(frozen=True, slots=True)
class For:
    """`for name in words; do body; done`."""

    name: str
    words: tuple[Word, ...]
    body: "Script"


@dataclass(frozen=True, slots=True)
class While:
    """`while condition; do body; done`."""

    condition: "Script"
    body: "Script"


Node = Simple | Group | If | For | While


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`."""

    nodes: tuple[Node, ...]
    is_negated: bool


class Join(StrEnum):
    """What stands before a pipeline."""

    ALWAYS = ";"
    AND = "&&"
    OR = "||"


@dataclass(frozen=True, slots=True)
class Step:
    """A pipeline and when it runs."""

    join: Join
    pipeline: Pipeline


@dataclass(frozen=True, slots=True)
class Script:
    """Steps in order."""

    steps: tuple[Step, ...]
