"""What the work-bench tells, in words of the reader's language."""

from typing import assert_never

from policies.display import safe_display
from policies.explaining.explanation import Cause, Explanation, Obstacle, Path, Removal, SeverityStep, Step
from policies.explaining.explanation import Relation as StepRelation
from policies.rules.actions import RuleAction

from ..api.policy import (
    AllowedSpan,
    ExplainedContact,
    ExplainedPath,
    ExplainedText,
    PassedOver,
    ReadingStep,
    RemovedBy,
    SeverityMove,
)
from ..api.texts import Texts

_MOST_WORDS = 6
_LONGEST_WORD = 40
"""Code points of a word's pattern in a sentence."""


def explained(found: Explanation, texts: Texts) -> ExplainedText:
    """An explanation as it goes out. Offsets hold in `text` and `folded`; the latter is safe to show."""
    return ExplainedText(
        text=found.text,
        folded=_safe(found.folded),
        searched=_safe(found.searched),
        passed_over=tuple(
            PassedOver(start=one.start, end=one.end, code_points=one.code_points) for one in found.passed_over
        ),
        contacts=tuple(
            ExplainedContact(start=one.start, end=one.end, kind=one.kind.value, masked=_safe(one.masked))
            for one in found.contacts
        ),
        masked=_safe(found.masked),
        allowed=tuple(
            AllowedSpan(start=one.start, end=one.end, word=one.word, rule_id=one.rule_id, is_plain=one.is_plain)
            for one in found.allowed
        ),
        paths=tuple(_path(path, texts) for path in found.paths),
        is_cut=found.is_cut,
        ruleset=found.ruleset_version,
    )


def _path(path: Path, texts: Texts) -> ExplainedPath:
    titles = dict(path.title)
    return ExplainedPath(
        rule_id=path.rule_id,
        title=titles.get(texts.language.value, path.rule_id),
        category=path.category,
        is_hit=path.is_hit,
        word=path.word,
        form=path.form,
        earlier=path.earlier,
        actions=tuple(_action(one, texts) for one in path.actions) if path.is_hit else (),
        start=path.start,
        end=path.end,
        evidence=_safe(path.evidence),
        how=path.how.value,
        steps=tuple(
            ReadingStep(
                start=step.start,
                end=step.end,
                surface=_safe(step.surface),
                meant=step.meant,
                relation=step.relation.value,
                detail=step.detail,
                told=_step(step, texts),
            )
            for step in path.steps
        ),
        removed_by=tuple(
            RemovedBy(
                obstacle=removal.obstacle.value,
                start=removal.start,
                end=removal.end,
                words=tuple(map(_safe, removal.words)),
                told=_removal(removal, texts),
            )
            for removal in path.removals
        ),
        severity=tuple(
            SeverityMove(
                cause=move.cause.value,
                steps=move.steps,
                severity=move.severity.value,
                found=tuple(map(_safe, move.found)),
                told=_move(move, texts),
            )
            for move in path.severity
        ),
    )


def _step(step: Step, texts: Texts) -> str:
    values = {"surface": _safe(step.surface), "meant": step.meant, "sound": step.detail}
    told = texts.get(f"policy.step.{step.relation.value}", **values)
    if step.relation is StepRelation.STAND_IN and step.detail:
        told += texts.get(f"policy.likeness.{step.detail}")
    return told


def _removal(removal: Removal, texts: Texts) -> str:
    key = f"policy.obstacle.{removal.obstacle.value}"
    match removal.obstacle:
        case Obstacle.BELIEF:
            told = f"{key}.{removal.words[0]}"
            return texts.get(told if texts.has(told) else f"{key}.unusual")
        case Obstacle.KIND:
            words = tuple(texts.get(f"policy.kind.{word}s") for word in removal.words)
            return texts.get(key, words=_listed(words, texts))
        case Obstacle.SIDE:
            words = tuple(texts.get(f"policy.side.{word}") for word in removal.words)
            return texts.get(key, words=_listed(words, texts))
        case Obstacle.OVERLAP:
            return texts.get(key, words=_listed(tuple(map(short_word, removal.words)), texts))
        case Obstacle.BOUNDARY | Obstacle.GAP | Obstacle.CHANNEL | Obstacle.ALLOW:
            return texts.get(key, words=_listed(removal.words, texts))
        case Obstacle.NEAR | Obstacle.NOT_NEAR | Obstacle.LIMIT:
            return texts.get(key, words=_listed(removal.words, texts))
        case _ as never:
            assert_never(never)


def _move(move: SeverityStep, texts: Texts) -> str:
    severity = texts.get(f"policy.severity.{move.severity.value}")
    key = f"policy.cause.{move.cause.value}"
    match move.cause:
        case Cause.EVASION:
            found = texts.get(f"policy.how.{move.found[0]}")
        case Cause.CONTACT:
            if not move.found:
                key += "_before"
            found = _listed(tuple(texts.get(f"policy.contact.{kind}") for kind in move.found), texts)
        case Cause.BASE | Cause.NEAR | Cause.ENGINE:
            found = _listed(move.found, texts)
        case _ as never:
            assert_never(never)
    return texts.get(key, severity=severity, found=found, steps=f"{move.steps:+d}")


def _listed(words: tuple[str, ...], texts: Texts) -> str:
    told = texts.get("policy.comma").join(map(_safe, words[:_MOST_WORDS]))
    return f"{told} …" if len(words) > _MOST_WORDS else told


def short_word(word: str) -> str:
    """A word's pattern as it fits into a sentence."""
    return word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"


def _safe(text: str) -> str:
    return safe_display(text, max(1, len(text)))


def _action(action: RuleAction, texts: Texts) -> str:
    app = action.app or texts.get("policy.action_its_app")
    return texts.get(f"policy.action_{action.kind.value}", app=app, minutes=action.minutes, text=_safe(action.text))
