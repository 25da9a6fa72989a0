"""Where the rules in force come from, and what is wrong with the files as they are now."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from adb_bridge.clock import Clock
from policies.display import safe_display

from ..api.rule_state import RuleFileState, RuleFileStatus, RulesState
from ..api.texts import Texts
from ..judge import Judge
from ..roles import Permission, require
from ..rule_reasons import reason_in_words
from ..rule_watch import RuleWatch, WatchedFile
from ..service import Caller

MOST_PROBLEM: Final = 1_000
"""Code points told of what is wrong."""
_MOST_NAME: Final = 300


class RuleStateDesk:
    """Behind `/v1/policy/state`. Raises ServiceError only."""

    def __init__(
        self,
        *,
        packs: tuple[str, ...],
        judge: Judge,
        watch: RuleWatch | None,
        clock: Clock,
        texts: dict[str, Texts],
    ) -> None:
        self._packs = packs
        self._judge = judge
        self._watch = watch
        self._started_at: datetime = clock.now()
        self._texts = texts

    async def state(self, caller: Caller) -> RulesState:
        """As it is now; the folder is looked at anew."""
        require(caller, Permission.POLICY_READ)
        texts, watch = self._texts.get(caller.language) or self._texts["en"], self._watch
        files = () if watch is None else await asyncio.to_thread(watch.files)
        return RulesState(
            version=self._judge.ruleset_version,
            packs=self._packs,
            rules=len(self._judge.engine.ruleset.rules),
            files=() if watch is None else tuple(self._file(watch, one, texts) for one in files),
            watched_dir=None if watch is None else _shown(watch.folder),
            loaded_at=(None if watch is None else watch.replaced_at) or self._started_at,
            problem=None if watch is None or watch.trouble is None else _problem(watch, watch.trouble, texts),
        )

    def _file(self, watch: RuleWatch, file: WatchedFile, texts: Texts) -> RuleFileState:
        name = safe_display(file.name, _MOST_NAME)
        refused = watch.refused
        if watch.trouble is None or (file.is_in_force and (refused is None or refused.name != file.name)):
            return RuleFileState(name=name, status=RuleFileStatus.OK)
        if refused is not None and refused.name == file.name:
            problem = _problem(watch, watch.trouble, texts)
            return RuleFileState(name=name, status=RuleFileStatus.REFUSED, problem=problem, line=refused.line)
        return RuleFileState(name=name, status=RuleFileStatus.IGNORED)


def _problem(watch: RuleWatch, trouble: str, texts: Texts) -> str:
    """Without the folder's path, which is told by itself."""
    return safe_display(reason_in_words(trouble.replace(f"{watch.folder}{os.sep}", ""), texts), MOST_PROBLEM)


def _shown(folder: Path) -> str:
    return safe_display(str(folder), _MOST_NAME)
