"""What tests of alert delivery share: a shop with channels and its own time, and ends that answer as they are told."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

import daemon
from daemon.api.texts import Language, load_texts
from daemon.archive.archive import Archive
from daemon.config_sections import Config, StoreSection
from daemon.delivery.office import Delivery, DeliveryParts
from daemon.delivery.outgoing import OutgoingDocument
from daemon.delivery.sections import ChannelKind, ChannelSection, DeliverySection
from daemon.rights.guard import PrivacyGuard
from policies.model import Severity

from .archive_kit import StepClock, archive_in, ingest_of, sms, verdict

CATALOG = Path(daemon.__file__).parent / "catalog"
TEXTS = {one.value: load_texts(one.value, CATALOG) for one in Language}
TOLD = "我加您微信 wx_lily88 或打 13912345678，回扣好说".encode()
"""What a customer wrote: an id and a number that must not leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an end answers."""

    status: int = 200
    body: bytes = b'{"errcode":0,"code":0}'
    headers: tuple[tuple[str, str], ...] = ()
    after_s: float = 0.0
    each_s: float = 0.0
    """Between two bytes of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an end got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class End:
    """A server on loopback."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: deque[Said] = field(default_factory=deque)
    """One for each request; then `usual`."""
    usual: Said = field(default_factory=Said)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def documents(self) -> list[OutgoingDocument]:
        return [msgspec.json.decode(one.body, type=OutgoingDocument) for one in self.heard]


@contextlib.contextmanager
def listening() -> Iterator[End]:
    end = End()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            end.heard.append(Heard(path=self.path, headers=dict(self.headers.items()), body=body))
            said = end.answers.popleft() if end.answers else end.usual
            time.sleep(said.after_s)
            with contextlib.suppress(OSError):
                self.send_response(said.status)
                for name, content in said.headers:
                    self.send_header(name, content)
                self.send_header("Content-Length", str(len(said.body)))
                self.end_headers()
                for at in range(len(said.body)) if said.each_s else ():
                    self.wfile.write(said.body[at : at + 1])
                    time.sleep(said.each_s)
                if not said.each_s:
                    self.wfile.write(said.body)

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    end.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield end
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def channel(
    folder: Path, url: str, kind: ChannelKind = ChannelKind.WEBHOOK, *, secret: str | None = None, **said: object
) -> ChannelSection:
    """With its address in a file of its own."""
    paths = []
    for number, content in enumerate((url, secret)):
        path = folder / f"{abs(hash((url, kind, secret, str(said)))):x}.{number}"
        path.write_text(f"{content}\n")
        path.chmod(0o600)
        paths.append(str(path))
    return ChannelSection(
        kind=kind, address_file=paths[0], secret_file=None if secret is None else paths[1], **said  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Shop:
    """An archive and its delivery."""

    archive: Archive
    delivery: Delivery
    clock: StepClock
    number: int = 0

    async def alert(
        self,
        count: int = 1,
        *,
        rule: str = "kickback.cash",
        severity: Severity = Severity.HIGH,
        peer: bytes = b"13800000017",
        body: bytes = TOLD,
    ) -> Sequence[str]:
        """As they come: committed with their event, handed over by the outbox."""
        events = [sms(self.number + one, body, address=peer, at=self.clock.now()) for one in range(1, count + 1)]
        self.number += count
        await self.archive.ingest(
            ingest_of(events, cursor=str(self.number), verdicts=[verdict(rule, severity=severity)])
        )
        alert_ids = await self.archive.take_outbox(500)
        await self.delivery.take(alert_ids)
        await self.archive.mark_outbox_sent(alert_ids)
        return alert_ids

    async def drain(self) -> None:
        """Everything that is due now, channel by channel, and what is to be handed on."""
        await self.delivery.hand_on()
        for lane in self.delivery.lanes.values():
            while await lane.step() <= 0:
                pass

    async def later(self, minutes: float) -> None:
        self.clock.advance(60 * minutes)
        await self.drain()


def delivery_of(archive: Archive, clock: StepClock, section: DeliverySection, language: str = "zh") -> Delivery:
    config = Config(store=StoreSection(name="一店", timezone="Asia/Shanghai", language=language), delivery=section)  # type: ignore[arg-type]
    parts = DeliveryParts(
        archive=archive, guard=PrivacyGuard(archive), clock=clock, config=config, base=None, texts=TEXTS,
        told=lambda: None,
    )  # fmt: skip
    return Delivery(parts)


@contextlib.asynccontextmanager
async def shop(
    folder: Path,
    channels: ChannelSection | Mapping[str, ChannelSection],
    *,
    clock: StepClock | None = None,
    console: str | None = None,
) -> AsyncIterator[Shop]:
    """A channel without a name is `front`."""
    clock = clock or StepClock()
    named = {"front": channels} if isinstance(channels, ChannelSection) else dict(channels)
    async with archive_in(folder, clock=clock) as archive:
        delivery = delivery_of(archive, clock, DeliverySection(channel=named, console=console))
        yield Shop(archive=archive, delivery=delivery, clock=clock, number=int(clock.monotonic()))
