"""The enrolment: first of all steps, and the only one on a phone whose employee has not acknowledged the notice."""

from typing import Final

from ..api.provision_plan import AckWay
from ..api.provisioning import StepName
from ..archive.errors import NoticeConflictError
from .acknowledgements import Acknowledgements, scope_of, sha256_of
from .records import KeptChange, KeptItem
from .statements import Way
from .work import Applied, Finding, Work

ACKNOWLEDGE: Final = "acknowledge"
_CHANGE: Final = "enrolment"


class EnrolStep:
    """See the module."""

    name = StepName.ENROL

    def __init__(self, acknowledgements: Acknowledgements) -> None:
        self._acknowledgements = acknowledgements

    async def look(self, work: Work) -> Finding:
        """Who has it, and whether that person has read the notice."""
        enrolment, wanted = work.enrolment, work.wanted
        if enrolment is not None and enrolment.employee != wanted.employee:
            return Finding(code="enrolled_to_other", is_end=True)
        if enrolment is not None and wanted.scope is not None and set(enrolment.scope) != set(scope_of(wanted)):
            return Finding(code="scope_differs", is_end=True)
        is_known = enrolment is not None and (
            wanted.notice_version is None
            or enrolment.notice_sha256 == sha256_of(work.parts.config, wanted.language)
            or await self._acknowledgements.find(work.serial, wanted) is not None
        )
        if is_known:
            return Finding()
        if enrolment is None and wanted.notice_version is None:
            return Finding(code="no_notice_version", is_end=True)
        has_paper = wanted.acknowledgement is AckWay.PAPER
        if not has_paper and await self._acknowledgements.find(work.serial, wanted) is None:
            item = KeptItem(
                item=ACKNOWLEDGE, step=self.name, text_key="bench.acknowledge", is_detected=True,
                values={"employee": wanted.employee, "run": work.run_id, "serial": work.serial},
            )  # fmt: skip
            return Finding(items=(item,), changes=self._changes(work), is_end=True)
        return Finding(changes=self._changes(work), is_end=enrolment is None)

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Write it, once the acknowledgement is there."""
        if finding.items:
            return Applied()
        found = await self._acknowledgements.find(work.serial, work.wanted)
        if found is None:
            witness = work.by.name
            await self._acknowledgements.sign(work.serial, work.wanted, Way.PAPER, witness=witness)
            found = await self._acknowledgements.find(work.serial, work.wanted)
        if work.enrolment is None and found is not None:
            try:
                await work.parts.enrol(work, at=found.at)
            except NoticeConflictError:
                return Applied(code="notice_conflict")
        return Applied()

    def _changes(self, work: Work) -> tuple[KeptChange, ...]:
        name = _CHANGE if work.enrolment is None else "acknowledgement"
        return (KeptChange(step=self.name, name=name, before=None, after=work.wanted.employee),)


def is_enrolment(change: KeptChange) -> bool:
    """A phone was enrolled by the run."""
    return change.step is StepName.ENROL and change.name == _CHANGE
