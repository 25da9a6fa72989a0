"""The standing notice: the holder of the phone can see at any time that it is a company phone."""

from adb_bridge.commands import NoticeResult, is_notice_posted, post_notice
from adb_bridge.errors import ParseError

from ..api.provisioning import StepName
from ..commanding.making import NOTICE_TAG
from .acknowledgements import notice_of
from .records import KeptChange
from .work import Applied, Finding, Work

_FIRST_SDK = 30


class NoticeStep:
    """Phones before Android 11 cannot post one: `checks` asks for the printed notice there."""

    name = StepName.NOTICE

    async def look(self, work: Work) -> Finding:
        """Whether it is there."""
        if not work.wanted.notice or 0 < work.sdk < _FIRST_SDK:
            return Finding()
        return Finding() if await self._is_there(work) else Finding(changes=(self._change(),))

    async def apply(self, work: Work, finding: Finding) -> Applied:
        """Post it."""
        title, text = notice_of(work.parts.config, work.wanted.language)
        try:
            result = await post_notice(work.session, tag=NOTICE_TAG, title=title, text=text)
        except ParseError:
            return Applied(code="notice_not_supported")
        match result:
            case NoticeResult.POSTED:
                return Applied()
            case NoticeResult.NOT_SUPPORTED:
                return Applied(code="notice_not_supported")
            case NoticeResult.REFUSED:
                return Applied(code="notice_refused")

    def _change(self) -> KeptChange:
        return KeptChange(step=self.name, name="notice", before=None, after="posted")

    async def _is_there(self, work: Work) -> bool:
        try:
            return await is_notice_posted(work.session, NOTICE_TAG)
        except ParseError:
            return False
