"""A parser for the part of mksh that scripts over adb use: quoting, lists, pipelines, redirections, if/for/while."""

import re
from typing import Final

from .grammar import (
    Arithmetic,
    Assignment,
    For,
    Group,
    If,
    Join,
    Literal,
    Node,
    Parameter,
    Part,
    Pipeline,
    Redirect,
    RedirectKind,
    Script,
    Simple,
    Step,
    Substitution,
    While,
    Word,
)

MAX_DEPTH: Final = 32
"""Nesting of groups and substitutions; beyond it a script is a syntax error."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_REDIRECT: Final = re.compile(r"([0-9]?)(>>|>&|>|<)")
_RESERVED: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "}"})
_BREAKS: Final = frozenset(" \t\n;&|<>()")
_PLAIN: Final = re.compile(r"""[^ \t\n;&|<>()'"\\$`]+""")
_PLAIN_IN_QUOTES: Final = re.compile(r"""[^"\\$`]+""")
_BLANK: Final = re.compile(r"(?:[ \t]|\\\n)*(?:#[^\n]*)?")


class ShellSyntaxError(Exception):
    """mksh would refuse the script. The message is what it prints after `/system/bin/sh: `."""


def parse(text: str) -> Script:
    """Parse a whole command line. Raise `ShellSyntaxError`."""
    parser = _Parser(text, 0)
    script = parser.script(frozenset())
    if not parser.is_at_end():
        raise parser.unexpected()
    return script


class _Parser:
    def __init__(self, text: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ShellSyntaxError("syntax error: nesting too deep")
        self._text = text
        self._at = 0
        self._depth = depth

    # --- lists -------------------------------------------------------------------------------------------------------

    def script(self, ends: frozenset[str]) -> Script:
        """Steps up to the end of the text, a closing parenthesis or a reserved word in `ends`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ShellSyntaxError("syntax error: nesting too deep")
        steps: list[Step] = []
        join = Join.ALWAYS
        while True:
            self._skip_blank(with_newlines=True)
            if self.is_at_end() or self._looking_at(")") or self._reserved() in ends:
                break
            steps.append(Step(join, self._pipeline()))
            self._skip_blank()
            if self._take("&&"):
                join = Join.AND
            elif self._take("||"):
                join = Join.OR
            elif self._take(";") or self._take("\n") or self._take("&"):
                join = Join.ALWAYS
                continue
            else:
                join = Join.ALWAYS
                break
            self._skip_blank(with_newlines=True)
            if self.is_at_end():
                raise ShellSyntaxError("syntax error: unexpected EOF")
        self._depth -= 1
        return Script(tuple(steps))

    def _pipeline(self) -> Pipeline:
        is_negated = False
        if self._word_ahead() == "!":
            self._at += 1
            self._skip_blank()
            is_negated = True
        nodes = [self._node()]
        while True:
            self._skip_blank()
            if self._looking_at("||") or not self._take("|"):
                return Pipeline(tuple(nodes), is_negated)
            self._skip_blank(with_newlines=True)
            nodes.append(self._node())

    def _node(self) -> Node:
        self._skip_blank()
        if self._take("("):
            script = self.script(frozenset())
            self._demand(")")
            return Group(script, True, self._redirects())
        match self._word_ahead():
            case "{":
                self._at += 1
                script = self.script(frozenset({"}"}))
                self._demand_reserved("}")
                return Group(script, False, self._redirects())
            case "if":
                self._at += 2
                return self._if()
            case "for":
                self._at += 3
                return self._for()
            case "while":
                self._at += 5
                condition = self.script(frozenset({"do"}))
                return While(condition, self._body())
            case word if word in _RESERVED:
                raise self.unexpected()
            case _:
                return self._simple()

    def _if(self) -> If:
        branches: list[tuple[Script, Script]] = []
        while True:
            condition = self.script(frozenset({"then"}))
            self._demand_reserved("then")
            branches.append((condition, self.script(frozenset({"elif", "else", "fi"}))))
            if self._reserved() != "elif":
                break
            self._at += 4
        otherwise = None
        if self._reserved() == "else":
            self._at += 4
            otherwise = self.script(frozenset({"fi"}))
        self._demand_reserved("fi")
        return If(tuple(branches), otherwise)

    def _for(self) -> For:
        self._skip_blank()
        name = _NAME.match(self._text, self._at)
        if name is None:
            raise self.unexpected()
        self._at = name.end()
        self._skip_blank()
        self._demand_reserved("in")
        words: list[Word] = []
        while True:
            self._skip_blank()
            if self._take(";") or self._take("\n"):
                break
            word = self._word()
            if word is None:
                raise self.unexpected()
            words.append(word)
        self._skip_blank(with_newlines=True)
        return For(name.group(), tuple(words), self._body())

    def _body(self) -> Script:
        self._demand_reserved("do")
        body = self.script(frozenset({"done"}))
        self._demand_reserved("done")
        return body

    # --- one command -------------------------------------------------------------------------------------------------

    def _simple(self) -> Simple:
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            self._skip_blank()
            redirect = self._redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            assignment = _ASSIGNMENT.match(self._text, self._at) if not words else None
            if assignment is not None:
                self._at = assignment.end()
                assignments.append(Assignment(assignment.group(1), self._word() or Word((), False)))
                continue
            word = self._word()
            if word is None:
                break
            words.append(word)
        if not (assignments or words or redirects):
            raise self.unexpected()
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirects(self) -> tuple[Redirect, ...]:
        found: list[Redirect] = []
        while True:
            self._skip_blank()
            redirect = self._redirect()
            if redirect is None:
                return tuple(found)
            found.append(redirect)

    def _redirect(self) -> Redirect | None:
        match = _REDIRECT.match(self._text, self._at)
        if match is None:
            return None
        self._at = match.end()
        kind = RedirectKind(match.group(2))
        fd = int(match.group(1)) if match.group(1) else (0 if kind is RedirectKind.READ else 1)
        self._skip_blank()
        target = self._word()
        if target is None:
            raise self.unexpected()
        return Redirect(fd, kind, target)

    # --- words -------------------------------------------------------------------------------------------------------

    def _word(self) -> Word | None:
        parts: list[Part] = []
        is_quoted = False
        start = self._at
        while not self.is_at_end() and self._text[self._at] not in _BREAKS:
            plain = _PLAIN.match(self._text, self._at)
            if plain is not None:
                parts.append(Literal(plain.group(), False))
                self._at = plain.end()
                continue
            character = self._text[self._at]
            self._at += 1
            if character == "'":
                is_quoted = True
                parts.append(Literal(self._until("'"), True))
            elif character == '"':
                is_quoted = True
                parts.extend(self._double_quoted())
            elif character == "\\":
                if self.is_at_end():
                    parts.append(Literal("\\", True))
                elif self._text[self._at] != "\n":
                    parts.append(Literal(self._text[self._at], True))
                self._at += 1
            else:
                parts.append(self._expansion(character, quoted=False))
        if self._at == start:
            return None
        return Word(_merged(parts), is_quoted)

    def _double_quoted(self) -> list[Part]:
        parts: list[Part] = []
        while True:
            if self.is_at_end():
                raise ShellSyntaxError("no closing quote")
            plain = _PLAIN_IN_QUOTES.match(self._text, self._at)
            if plain is not None:
                parts.append(Literal(plain.group(), True))
                self._at = plain.end()
                continue
            character = self._text[self._at]
            self._at += 1
            if character == '"':
                return parts
            if character == "\\" and not self.is_at_end() and self._text[self._at] in '$`"\\\n':
                if self._text[self._at] != "\n":
                    parts.append(Literal(self._text[self._at], True))
                self._at += 1
            elif character in "$`":
                parts.append(self._expansion(character, quoted=True))
            else:
                parts.append(Literal(character, True))

    def _expansion(self, opener: str, *, quoted: bool) -> Part:
        if opener == "`":
            inner = self._until("`").replace("\\`", "`")
            return Substitution(_Parser(inner, self._depth + 1).whole(), quoted)
        if self._take("(("):
            return Arithmetic(self._until("))"), quoted)
        if self._take("("):
            inside = _Parser(self._text, self._depth + 1)
            inside._at = self._at
            script = inside.script(frozenset())
            inside._demand(")")
            self._at = inside._at
            return Substitution(script, quoted)
        if self._take("{"):
            name = self._until("}")
            if _NAME.fullmatch(name) is None and name not in ("?", "#", "$"):
                raise ShellSyntaxError(f"${{{name}}}: bad substitution")
            return Parameter(name, quoted)
        match = _NAME.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
            return Parameter(match.group(), quoted)
        if not self.is_at_end() and self._text[self._at] in "?$#0":
            self._at += 1
            return Parameter(self._text[self._at - 1], quoted)
        return Literal("$", quoted)

    def whole(self) -> Script:
        """A script that must take all of the text."""
        script = self.script(frozenset())
        if not self.is_at_end():
            raise self.unexpected()
        return script

    # --- characters --------------------------------------------------------------------------------------------------

    def is_at_end(self) -> bool:
        """Nothing is left."""
        return self._at >= len(self._text)

    def unexpected(self) -> ShellSyntaxError:
        """mksh's complaint about what comes next."""
        if self.is_at_end():
            return ShellSyntaxError("syntax error: unexpected EOF")
        if self._looking_at("\n"):
            return ShellSyntaxError("syntax error: unexpected newline")
        return ShellSyntaxError(f"syntax error: unexpected '{self._word_ahead() or self._text[self._at]}'")

    def _skip_blank(self, *, with_newlines: bool = False) -> None:
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if not (with_newlines and self._take("\n")):
                return

    def _looking_at(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, text: str) -> bool:
        if self._looking_at(text):
            self._at += len(text)
            return True
        return False

    def _demand(self, text: str) -> None:
        self._skip_blank(with_newlines=True)
        if not self._take(text):
            raise self.unexpected()

    def _word_ahead(self) -> str:
        end = self._at
        while end < len(self._text) and self._text[end] not in _BREAKS:
            end += 1
        return self._text[self._at : end]

    def _reserved(self) -> str:
        word = self._word_ahead()
        return word if word in _RESERVED else ""

    def _demand_reserved(self, word: str) -> None:
        self._skip_blank(with_newlines=True)
        if self._word_ahead() != word:
            raise self.unexpected()
        self._at += len(word)

    def _until(self, closer: str) -> str:
        end = self._text.find(closer, self._at)
        if end < 0:
            raise ShellSyntaxError("no closing quote")
        text = self._text[self._at : end]
        self._at = end + len(closer)
        return text


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal) and last.quoted == part.quoted:
            merged[-1] = Literal(last.text + part.text, part.quoted)
        else:
            merged.append(part)
    return tuple(merged)
