"""Keeps a widget alive when one of its handlers fails. Textual would end its message loop, and the app with it."""

from textual.message import Message
from textual.message_pump import MessagePump


class Sturdy(MessagePump):
    """First base of our app, screens and widgets: a failed handler is the app's last handler's business, then go on."""

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - the way to the last handler
            self.app._handle_exception(error)
