"""Runs parsed scripts. One interpreter is one `sh -c`."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from ..handset import Handset
from ..pipes import BrokenPipe, Buffer, Given, Input, NoOutput, Output, Pipe
from .arithmetic import ArithmeticSyntaxError, evaluate
from .call import Call, Program, encode
from .grammar import (
    Arithmetic,
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
    Substitution,
    While,
    Word,
)
from .parser import ShellSyntaxError, parse
from .started import start

MAX_SUBSTITUTION: Final = 8 * 1024 * 1024
"""Bytes a `$(…)` may produce."""

_SPACE: Final = re.compile(r"[ \t\n]+")


class ExitShell(Exception):  # noqa: N818 (control flow: the `exit` builtin)
    """The script asked to end."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RedirectError(Exception):
    """A redirection cannot be opened; the message is what mksh prints."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The three standard streams."""

    stdin: Input
    stdout: Output
    stderr: Output
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the host has closed."""


async def run_script(text: str, streams: Streams, handset: Handset, programs: Mapping[str, Program]) -> int:
    """Run a command line as `sh -c` does; return its exit code. Writers' errors (host gone) pass through."""
    try:
        script = parse(text)
    except ShellSyntaxError as error:
        await streams.stderr.write(encode(f"/system/bin/sh: {error}\n"))
        return 1
    interpreter = Interpreter(handset, programs)
    try:
        return await interpreter.run(script, streams)
    except ExitShell as ended:
        return ended.code


class Interpreter:
    """Variables and `$?` of one shell."""

    def __init__(self, handset: Handset, programs: Mapping[str, Program]) -> None:
        self._handset = handset
        self._programs = programs
        self._variables: dict[str, str] = {"PATH": "/product/bin:/system/bin", "USER": "shell", "HOME": "/"}
        self._status = 0

    @property
    def status(self) -> int:
        """`$?`."""
        return self._status

    async def run(self, script: Script, streams: Streams) -> int:
        """Run the steps; return the last exit code. Raise `ExitShell` on `exit`."""
        for step in script.steps:
            if (step.join is Join.AND and self._status != 0) or (step.join is Join.OR and self._status == 0):
                continue
            self._status = await self._pipeline(step.pipeline, streams)
        return self._status

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        if len(pipeline.nodes) == 1:
            status = await self._node(pipeline.nodes[0], streams)
        else:
            status = await self._piped(pipeline.nodes, streams)
        return int(status == 0) if pipeline.is_negated else status

    async def _piped(self, nodes: tuple[Node, ...], streams: Streams) -> int:
        pipes = [Pipe() for _ in nodes[1:]]
        ends: list[asyncio.Task[int]] = []
        for index, node in enumerate(nodes):
            source = pipes[index - 1] if index else None
            sink = pipes[index] if index < len(pipes) else None
            ends.append(asyncio.create_task(self._copy()._pipe_end(node, streams, source, sink)))
        try:
            return (await asyncio.gather(*ends))[-1]
        finally:
            for task in ends:
                task.cancel()

    async def _pipe_end(self, node: Node, streams: Streams, source: Pipe | None, sink: Pipe | None) -> int:
        if source is not None:
            streams = replace(streams, stdin=LineInput(source))
        if sink is not None:
            streams = replace(streams, stdout=sink)
        try:
            return await self._node(node, streams)
        except BrokenPipe:
            return 141
        except ExitShell as ended:
            return ended.code
        finally:
            if source is not None:
                source.close_reader()
            if sink is not None:
                sink.close_writer()

    async def _node(self, node: Node, streams: Streams) -> int:
        match node:
            case Simple():
                return await self._simple(node, streams)
            case Group():
                try:
                    streams = await self._redirected(node.redirects, streams)
                except RedirectError as error:
                    return await self._complain(streams, str(error), 1)
                if not node.is_subshell:
                    return await self.run(node.script, streams)
                try:
                    return await self._copy().run(node.script, streams)
                except ExitShell as ended:
                    return ended.code
            case If():
                for condition, body in node.branches:
                    if await self.run(condition, streams) == 0:
                        return await self.run(body, streams)
                return await self.run(node.otherwise, streams) if node.otherwise else 0
            case For():
                status = 0
                for value in [field for word in node.words for field in await self._fields(word, streams)]:
                    self._variables[node.name] = value
                    status = await self.run(node.body, streams)
                return status
            case While():
                status = 0
                while await self.run(node.condition, streams) == 0:
                    status = await self.run(node.body, streams)
                    await asyncio.sleep(0)
                return status
            case _:
                assert_never(node)

    async def _simple(self, node: Simple, streams: Streams) -> int:
        values = {item.name: await self._text(item.value, streams) for item in node.assignments}
        argv = tuple([field for word in node.words for field in await self._fields(word, streams)])
        try:
            inner = await self._redirected(node.redirects, streams)
        except RedirectError as error:
            return await self._complain(streams, str(error), 1)
        if not argv:
            self._variables.update(values)
            return 0
        return await self._command(argv, inner)

    async def _command(self, argv: tuple[str, ...], streams: Streams) -> int:
        name = argv[0]
        match name:
            case "exit":
                raise ExitShell(int(argv[1]) & 0xFF if len(argv) > 1 and argv[1].isdigit() else self._status)
            case "read":
                return await self._read(argv[1:], streams)
            case "export":
                for name, sign, value in (pair.partition("=") for pair in argv[1:]):
                    if sign:
                        self._variables[name] = value
                return 0
            case "sh" | "/system/bin/sh" if len(argv) > 2 and argv[1] == "-c":
                return await run_script(argv[2], streams, self._handset, self._programs)
            case "exec" if len(argv) > 1:
                raise ExitShell(await self._command(argv[1:], streams))
        program = self._programs.get(name.removeprefix("/system/bin/"))
        if program is None:
            why = "not found" if "/" in name else "inaccessible or not found"
            return await self._complain(streams, f"{name}: {why}", 127)
        call = Call(
            argv=argv,
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            handset=self._handset,
            programs=self._programs,
            gone=streams.gone,
        )
        return await start(program, call)

    async def _read(self, names: tuple[str, ...], streams: Streams) -> int:
        names = tuple(name for name in names if not name.startswith("-")) or ("REPLY",)
        lines = streams.stdin
        if not isinstance(lines, LineInput):
            return 1
        line = await lines.read_line()
        fields = _SPACE.split(line.strip(" \t\n"), maxsplit=len(names) - 1) if line else []
        for index, name in enumerate(names):
            self._variables[name] = fields[index] if index < len(fields) else ""
        return 0 if line else 1

    # --- expansion ---------------------------------------------------------------------------------------------------

    async def _fields(self, word: Word, streams: Streams) -> list[str]:
        """One word to arguments: only unquoted expansions split."""
        fields = [""]
        has_text = word.is_quoted
        for part in word.parts:
            value = await self._value(part, streams)
            if isinstance(part, Literal) or part.quoted:
                fields[-1] += value
                has_text = True
                continue
            pieces = _SPACE.split(value)
            if len(pieces) > 1 and pieces[0] == "" and fields[-1] == "":
                pieces = pieces[1:]
            fields[-1] += pieces[0]
            fields.extend(pieces[1:])
            has_text = has_text or bool(value.strip(" \t\n"))
        if len(fields) > 1 and fields[-1] == "":
            fields.pop()
        return fields if has_text else []

    async def _text(self, word: Word, streams: Streams) -> str:
        return "".join([await self._value(part, streams) for part in word.parts])

    async def _value(self, part: Part, streams: Streams) -> str:
        match part:
            case Literal():
                return part.text
            case Parameter():
                return self._parameter(part.name)
            case Substitution():
                buffer = Buffer(limit=MAX_SUBSTITUTION)
                shell = self._copy()
                try:
                    self._status = await shell.run(part.script, replace(streams, stdout=buffer))
                except ExitShell as ended:
                    self._status = ended.code
                return buffer.value().decode("utf-8", "surrogateescape").rstrip("\n")
            case Arithmetic():
                try:
                    return str(evaluate(part.expression, self._variables))
                except ArithmeticSyntaxError as error:
                    await self._complain(streams, str(error), 1)
                    raise ExitShell(1) from error
            case _:
                assert_never(part)

    def _parameter(self, name: str) -> str:
        match name:
            case "?":
                return str(self._status)
            case "$":
                return "12345"
            case "#":
                return "0"
            case "0":
                return "/system/bin/sh"
            case "RANDOM" | _:
                return self._variables.get(name, "")

    async def _redirected(self, redirects: tuple[Redirect, ...], streams: Streams) -> Streams:
        for redirect in redirects:
            target = await self._text(redirect.target, streams)
            if redirect.kind is RedirectKind.READ:
                data = b"" if target == "/dev/null" else self._handset.files.read(target)
                if data is None:
                    raise RedirectError(f"can't open {target}: No such file or directory")
                streams = replace(streams, stdin=LineInput(Given(data)))
                continue
            sink: Output
            if redirect.kind is RedirectKind.DUPLICATE:
                sink = streams.stdout if target == "1" else streams.stderr
            elif target == "/dev/null":
                sink = NoOutput()
            else:
                if not self._handset.files.is_writable(target):
                    raise RedirectError(f"can't create {target}: Permission denied")
                try:
                    self._handset.files.append(target, b"")
                    if redirect.kind is RedirectKind.WRITE:
                        self._handset.files.write(target, b"")
                except OSError as error:
                    raise RedirectError(f"can't create {target}: {error}") from error
                sink = FileOutput(self._handset, target)
            streams = replace(streams, stderr=sink) if redirect.fd == 2 else replace(streams, stdout=sink)
        return streams

    async def _complain(self, streams: Streams, text: str, status: int) -> int:
        await streams.stderr.write(encode(f"/system/bin/sh: {text}\n"))
        return status

    def _copy(self) -> "Interpreter":
        shell = Interpreter(self._handset, self._programs)
        shell._variables = dict(self._variables)
        shell._status = self._status
        return shell


class FileOutput:
    """Appends to a file of the phone."""

    def __init__(self, handset: Handset, path: str) -> None:
        self._handset = handset
        self._path = path

    async def write(self, data: bytes) -> None:
        """Append. Raise `BrokenPipe` when the file cannot grow."""
        try:
            self._handset.files.append(self._path, data)
        except OSError as error:
            raise BrokenPipe from error


class LineInput:
    """An input that `read` can take line by line."""

    def __init__(self, source: Input) -> None:
        self._source = source
        self._rest = b""

    async def read(self) -> bytes:
        """What is left of the last piece, or the next."""
        data, self._rest = self._rest, b""
        return data or await self._source.read()

    async def read_line(self) -> str:
        """A line with its newline; "" at the end."""
        while b"\n" not in self._rest:
            data = await self._source.read()
            if not data:
                break
            self._rest += data
        line, newline, self._rest = self._rest.partition(b"\n")
        return (line + newline).decode("utf-8", "surrogateescape")
