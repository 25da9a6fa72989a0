"""Who said what in a messenger's notification.

Shapes (WeChat and WeCom for Android, as they are seen; they change): the title is the chat. `文本` is one message of a
person, `[3条]张三: 文本` the newest of three, `李四: 文本` one in a group, `你收到了一条消息` what stands there when
details are hidden. A group and a person who writes a colon cannot be told apart for certain: a sender that differs from
the title is a group's.
"""

import re
from dataclasses import dataclass

MESSENGERS = frozenset({"com.tencent.mm", "com.tencent.wework"})
_MAX_CHARACTERS = 4_000
_COUNT = re.compile(r"\[([0-9]{1,4})条\]\s?")
_COUNTED_SENDER = re.compile(r"([^\n:：]{1,64})[:：] ?")
_SENDER = re.compile(r"([^\n:：]{1,64}): ")
"""The apps write an ASCII colon and a space; people rarely do."""
_HIDDEN = re.compile(
    r"(?:\[[0-9]{1,4}条\])?\s?(?:(?:你|您)?收到了?(?:一|[0-9]{1,4})条(?:新)?消息|(?:你|您)有[0-9一]{1,4}条(?:新|未读)?消息"
    r"|新消息|New message|You(?:'ve| have) received a(?: new)? message\.?)[。.]?",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"(?i:https?|ftp)|[0-9]{1,2}|.*[\[\]【】，。！？].*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatText:
    """A messenger's notification taken apart."""

    count: int | None
    """Unread messages of the chat, None when not told; 1 to 9999."""
    sender: str | None
    """Who said it; the title in a chat with one person, None when hidden."""
    body: str
    """What was said, without count and sender."""
    is_group: bool
    is_hidden: bool
    """The person at the phone chose not to show what was said."""


def read_chat(title: str, text: str) -> ChatText:
    """Total on any text; only the first 4,000 characters of the text count for its head."""
    head = text[:_MAX_CHARACTERS]
    if _HIDDEN.fullmatch(head.strip()):
        return ChatText(count=_count(head), sender=None, body="", is_group=False, is_hidden=True)
    counted = _COUNT.match(head)
    start = 0 if counted is None else counted.end()
    said = (_SENDER if counted is None else _COUNTED_SENDER).match(head, start)
    name = None if said is None else said[1].strip()
    if said is None or not name or (counted is None and _NO_NAME.fullmatch(name)):
        return ChatText(count=_count(head), sender=title or None, body=text[start:], is_group=False, is_hidden=False)
    return ChatText(
        count=_count(head), sender=name, body=text[said.end() :], is_group=name != title.strip(), is_hidden=False
    )


def _count(head: str) -> int | None:
    match = _COUNT.match(head)
    return None if match is None or int(match[1]) == 0 else int(match[1])
