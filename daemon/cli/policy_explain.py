"""`policy explain TEXT`: why the rules find a text or do not. Needs no state, no key and no phone."""

import sys
from argparse import Namespace
from collections.abc import Iterator

import msgspec

from policies.display import safe_display
from policies.explaining import Explainer
from policies.model import Side

from ..api.exit_codes import ExitCode
from ..api.policy import ExplainedPath, ExplainedText
from ..api.texts import Texts
from ..rules import untested_engine_of
from ..workbench.words import explained
from .jsonl import MAX_LINE_BYTES, encode
from .narration import emit_text, say

LONGEST_WORD = 40
"""Code points of a word's pattern told to people; of a longer one the form that was found stands before it."""
MOST_NEAR_MISSES = 12
"""Candidates that are no hits, told of one text to people."""


class ExplainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`policy explain --json`."""

    schema: int = 1
    items: list[ExplainedText]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK whether anything is found or not. Raises RuleError for rules that cannot be read."""
    explainer = Explainer(untested_engine_of(options.policy or ["retail-zh"]))
    items: list[ExplainedText] = []
    for text in _messages(options.text):
        found = explainer.explain(
            text, channel=options.channel or "", side=Side(options.side), previous=tuple(options.prev or ())
        )
        item = explained(found, texts)
        if options.jsonl:
            _emit(item)
        elif options.json:
            items.append(item)
        else:
            _tell(item, texts)
    if options.json and not options.jsonl:
        _emit(ExplainAnswer(items=items))
    return ExitCode.OK


def _messages(words: list[str]) -> Iterator[str]:
    """The arguments; for `-` the lines of stdin, blank ones left out."""
    for word in words:
        if word != "-":
            yield word
            continue
        while line := sys.stdin.buffer.readline(MAX_LINE_BYTES):
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            if text.strip():
                yield text


def _emit(payload: msgspec.Struct) -> None:
    sys.stdout.buffer.write(encode(payload))
    sys.stdout.buffer.flush()


def _tell(item: ExplainedText, texts: Texts) -> None:
    def line(key: str, indent: int = 2, **values: str | int) -> None:
        _say_line(" " * indent + texts.get(f"cli.explain.{key}", **values))

    hits = [path for path in item.paths if path.is_hit]
    misses = [path for path in item.paths if not path.is_hit]
    _say_line(f"「{_safe(item.text)}」")
    line("folded", text=item.folded, searched=item.searched)
    for stretch in item.passed_over:
        line("passed_over", at=f"{stretch.start}-{stretch.end}", what="; ".join(stretch.code_points))
    for contact in item.contacts:
        kind = texts.get(f"policy.contact.{contact.kind}")
        line("contact", at=f"{contact.start}-{contact.end}", kind=kind, masked=contact.masked)
    for span in item.allowed:
        scope = texts.get("cli.explain.every_rule") if span.rule_id is None else span.rule_id
        key = "allowed" if span.is_plain else "allowed_not"
        line(key, at=f"{span.start}-{span.end}", word=span.word, scope=scope)
    line("hits", count=len(hits))
    for path in hits:
        _tell_path(path, texts)
    if misses:
        line("misses", count=len(misses))
    for path in misses[:MOST_NEAR_MISSES]:
        _tell_path(path, texts)
    if len(misses) > MOST_NEAR_MISSES or item.is_cut:
        say(texts.get("cli.explain.cut"))


def _tell_path(path: ExplainedPath, texts: Texts) -> None:
    how = texts.get(f"policy.how.{path.how}")
    _say_line(f"    {path.rule_id} ({path.title})")
    word = path.word if len(path.word) <= LONGEST_WORD else f"{path.form} ({path.word[:LONGEST_WORD]}…)"
    _say_line(f"      {path.start}-{path.end} 「{path.evidence}」 ← {word}  [{how}]")
    if path.earlier:
        _say_line(f"        {texts.get('policy.earlier', count=len(path.earlier))}")
    for told in (step.told for step in path.steps):
        _say_line(f"        {told}")
    for told in (removal.told for removal in path.removed_by):
        _say_line(f"      ✗ {told}")
    for told in path.actions:
        _say_line(f"      {texts.get('cli.explain.action')} {told}")
    if path.severity:
        moves = texts.get("cli.explain.then").join(move.told for move in path.severity)
        _say_line(f"      {texts.get('cli.explain.severity')} {moves}")


def _safe(text: str) -> str:
    return safe_display(text, max(1, len(text))).replace("\n", " ")


def _say_line(text: str) -> None:
    """One line, whatever line breaks a message holds."""
    emit_text(text.replace("\n", " ").replace("\t", " "))
