"""The daemon put together: what is opened in which order, what runs, and how it ends.

Start: state lock, key, archive, rules, API, adb. The API is up before adb, so that the console has its first screen at
once. A critical task that fails ends the daemon with an error; systemd starts it again.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

from adb_bridge.collectors import collectors
from crypto.errors import CryptoError
from crypto.keys import Purpose
from crypto.sealed_keys import MediaKeys

from .api.exit_codes import ExitCode
from .api.texts import Language, Texts, load_texts
from .archive.space import reserve_for
from .audit import AuditTrail
from .backup.office import open_backups
from .bus import Bus, HealthChanged
from .callers import callers_of
from .caretaker import Care
from .commanding.callees import ArchivedCallees
from .commanding.carriers import Carriers, patience_of
from .commanding.phone_words import PhoneWords, StandingNotice
from .commanding.queue import CommandQueue
from .delivery.office import Delivery, DeliveryParts
from .denials import Denials
from .discovery import Discovery
from .errors import DaemonError
from .fleet import Fleet
from .following import open_following
from .health import HealthReport
from .http.server import ApiServer
from .importing.importer import Importer, ImporterParts
from .importing.inbox import Inbox, InboxParts
from .importing.spool import UploadSpool
from .judge import Judge
from .key_watch import KeyWatch
from .lan.door import LanDoor
from .logs import DeviceTokens, log_for
from .media_shelves import WeekShelves
from .media_store import MediaStore
from .operating.components import note_parts
from .operating.meters import Meters
from .operating.operations import Operations
from .operating.stopping import TASKS_AT_MOST_S, Closing
from .outbox import Outbox
from .pairing_desk import PairingDesk
from .phone_link import PhoneLink, bridge_settings
from .pins.vault import ShopPins
from .proofs.keeper import open_keeper
from .provisioning.fleet_phones import FleetPhones
from .provisioning.provisioner import Provisioner
from .recording_pairs import RecordingPairs
from .rescans import Rescans
from .retention.passes import Retention
from .rights.guard import PrivacyGuard
from .rights.reminders import Reminders
from .rule_watch import watch_of_rules
from .sealed_start.merging import Merging
from .sealed_start.roster import SealedPaths, keep_roster
from .service_impl import DaemonService
from .service_parts import ServiceParts
from .supervise import RetryPolicy, Supervision, Trouble, supervise
from .system import notify_systemd
from .vault import Opened
from .version import daemon_version
from .wiping.office import open_wiping
from .workshop import Workshop, collector_settings

CATALOG = Path(__file__).parent / "catalog"
"""Texts of the daemon beside the shared ones."""
_BACKFILLS_AT_ONCE = 2


class App:
    """One run of the daemon."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._log = log_for("app")
        self._stop = asyncio.Event()
        self._on_stopping: Callable[[], None] = lambda: None
        config, archive, clock = opened.config, opened.archive, opened.clock
        self._bus = Bus()
        self._meters = Meters()
        self._guard = PrivacyGuard(archive)
        self._judge = Judge(opened.engine, self._guard.collected, archive.neighbours.newest_said)
        self._key_watch = KeyWatch(archive=archive, keys=opened.keys, paths=opened.paths)
        self._pins = ShopPins(archive, opened.keys)
        self._queue = CommandQueue(archive, clock, self._bus)
        texts: dict[str, Texts] = {language.value: load_texts(language.value, CATALOG) for language in Language}
        self._carriers = Carriers(
            clock=clock,
            words=PhoneWords.of(config, texts[config.store.language]),
            apps=config.commands.freeze_apps or config.capture.notification_apps,
            pins=self._pins,
            callees=ArchivedCallees(archive, self._guard),
            patience=patience_of(config.capture.command_timeout_s),
        )
        self._delivery = Delivery(
            DeliveryParts(
                archive=archive,
                guard=self._guard,
                clock=clock,
                config=config,
                base=None if opened.config_file is None else opened.config_file.parent,
                texts=texts,
                told=lambda: self._bus.publish(HealthChanged()),
            )
        )
        self._outbox = Outbox(archive, self._bus, self._delivery.take)
        self._recording_pairs = RecordingPairs(
            archive=archive, judge=self._judge, outbox=self._outbox, bus=self._bus, clock=clock
        )
        self._rescans = Rescans(
            archive=archive, judge=self._judge, guard=self._guard, outbox=self._outbox, bus=self._bus, clock=clock
        )
        # Attachments give way to the records themselves: twice the archive's own reserve stays free.
        self._media = MediaStore(
            opened.paths.media,
            WeekShelves(opened.keys),
            clock=clock,
            keep_free_bytes=2 * reserve_for(opened.paths.archive),
        )
        self._retention = Retention(
            archive=archive,
            keys=opened.keys,
            media=self._media,
            clock=clock,
            settings=config.retention,
            state=opened.paths.root,
            keys_destroyed=self._renew_root,
        )
        self._link = PhoneLink(bridge_settings(config.adb, opened.paths.adb_home), clock, configured=config.adb.connect)
        self._importer = Importer(
            ImporterParts(
                archive=archive,
                media=self._media,
                judge=self._judge,
                outbox=self._outbox,
                clock=clock,
                zone=config.store.zone(),
            )
        )
        self._uploads = UploadSpool(
            opened.paths.uploads, MediaKeys(opened.keys), keep_free_bytes=2 * reserve_for(opened.paths.archive)
        )
        title, text = config.notice_for(config.store.language)
        shop = Workshop(
            link=self._link,
            archive=archive,
            media=self._media,
            judge=self._judge,
            queue=self._queue,
            carriers=self._carriers,
            outbox=self._outbox,
            clock=clock,
            bus=self._bus,
            tokens=DeviceTokens(opened.keys.derive(Purpose.AUDIT)),
            capture=config.capture,
            notice=StandingNotice(title, text),
            collectors=collectors(clock, collector_settings(config.capture)),
            backfills=asyncio.Semaphore(_BACKFILLS_AT_ONCE),
            meters=self._meters,
        )
        care = Care(keep_authorised=config.adb.keep_authorised, keep_wireless=config.adb.keep_wireless)
        self._fleet = Fleet(shop, care)
        self._wiping = open_wiping(shop, self._fleet, self._pins)
        self._following = open_following(shop, self._fleet, config, texts)
        self._provisioner = Provisioner(
            archive=archive,
            clock=clock,
            config=config,
            phones=FleetPhones(self._fleet, self._link),
            commands=self._queue,
            pins=self._pins,
        )
        self._operations = Operations(shop, self._fleet, opened)
        self._discovery = Discovery(config.adb, self._fleet, self._link)
        self._pairing_desk = PairingDesk(
            link=self._link,
            fleet=self._fleet,
            discovery=self._discovery,
            book=archive.connections,
            clock=clock,
        )
        self._door = LanDoor(config.lan, archive=archive, keys=opened.keys, clock=clock, store=config.store.name)
        self._rule_watch = watch_of_rules(config, opened.config_file, self._judge, archive, self._bus)
        self._backups = open_backups(
            archive=archive, keys=opened.keys, paths=opened.paths, section=config.backup, clock=clock, bus=self._bus
        )
        self._keeper = open_keeper(
            archive=archive,
            audit=AuditTrail(archive, opened.keys),
            bus=self._bus,
            clock=clock,
            config=config,
            texts=texts,
        )
        health = HealthReport(
            archive=archive,
            backups=self._backups.rounds,
            fleet=self._fleet,
            link=self._link,
            judge=self._judge,
            paths=opened.paths,
            rule_watch=self._rule_watch,
            discovery=self._discovery,
            reminders=Reminders(archive, config, clock),
            keeper=self._keeper,
            delivery=self._delivery,
        )
        self._inbox = Inbox(
            opened.paths.inbox,
            InboxParts(importer=self._importer, archive=archive, clock=clock, texts=texts, zone=config.store.zone()),
        )
        self.service = DaemonService(
            ServiceParts(
                archive=archive,
                audit=AuditTrail(archive, opened.keys),
                backups=self._backups,
                bus=self._bus,
                clock=clock,
                config=config,
                discovery=self._discovery,
                door=self._door,
                fleet=self._fleet,
                following=self._following,
                guard=self._guard,
                health=health,
                importer=self._importer,
                judge=self._judge,
                keys=opened.keys,
                link=self._link,
                media=self._media,
                pairing_desk=self._pairing_desk,
                paths=opened.paths,
                pins=self._pins,
                provisioner=self._provisioner,
                queue=self._queue,
                rescans=self._rescans,
                retention=self._retention,
                texts=texts,
                uploads=self._uploads,
                wiping=self._wiping,
            )
        )

    def stop(self) -> None:
        """End `run`, as SIGTERM does."""
        self._stop.set()

    async def run(self, on_ready: Callable[[], None], *, on_stopping: Callable[[], None] = lambda: None) -> ExitCode:
        """Until SIGTERM or SIGINT. Raises what a critical task raised. `on_stopping`: called when the end begins."""
        opened = self._opened
        self._on_stopping = on_stopping
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        server = ApiServer(
            self.service,
            callers_of(opened.config, opened.config_file),
            opened.paths.socket,
            monotonic=opened.clock.monotonic,
            default_language=Language(opened.config.store.language),
            note_denied=Denials(AuditTrail(opened.archive, opened.keys), opened.clock.monotonic).note,
            web_sessions=self.service.desks.web.sessions,
            consoles=self._door.register,
        )
        self._door.serve_with(server.protocol)
        try:
            await self._key_watch.refuse_older_copy()
            await self._key_watch.note()
            await note_parts(opened.archive)
            await self._queue.load()
            await self._wiping.closing.load()
            await self._following.load()
            await self._guard.load()
            await asyncio.to_thread(self._uploads.clear)
            try:
                await server.start()
            except OSError as error:
                raise DaemonError(
                    "socket.unusable",
                    ExitCode.VAULT,
                    path=str(opened.paths.socket),
                    problem=error.strerror or type(error).__name__,
                ) from error
            self._log.info("api.up", version=daemon_version(), rules=self._judge.ruleset_version)
            on_ready()
            notify_systemd("READY=1", os.environ)
            await self._work()
        finally:
            self._begin_end()
            self._bus.close()
            closing = Closing()
            await closing.step("pairing", self._pairing_desk.close())
            await closing.step("api", server.stop())
            await closing.step("backups", self._backups.jobs.close())
            await closing.step("workbench", self.service.desks.workbench.close())
            self._judge.close()
            self._importer.close()
            self._media.close()
        self._log.info("daemon.stopped")
        return ExitCode.OK

    async def _work(self) -> None:
        """Everything that runs; the first failure of a critical task ends all."""
        await self._fleet.load_enrolments()
        work = {
            "stop": self._until_stopped(),
            "adb": self._supervised("adb", self._follow_phones),
            "discovery": self._supervised("discovery", self._discovery.run),
            "outbox": self._supervised("outbox", self._outbox.run),
            "delivery": self._supervised("delivery", self._delivery.run),
            "inbox": self._supervised("inbox", self._inbox.run),
            "backups": self._supervised("backups", self._backups.rounds.run),
            "keeper": self._supervised("keeper", self._keeper.run),
            "pairs": self._supervised("pairs", self._recording_pairs.run),
            "sealed": self._supervised("sealed", self._keep_for_closed_times),
            "rescans": self._supervised("rescans", self._rescans.run),
            "provisioning": self._supervised("provisioning", self._provisioner.run),
            "retention": self._supervised("retention", self._delete_what_is_due),
            **self._operations.work(self._supervised),
            **self._following.work(self._supervised),
        }
        if self._rule_watch is not None:
            work["rules"] = self._supervised("rules", self._rule_watch.run)
        if self._door.is_wanted:
            work["door"] = self._supervised("door", self._door.run)
        tasks = [asyncio.create_task(task, name=name) for name, task in work.items()]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._begin_end()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=TASKS_AT_MOST_S)

    def _supervised(self, name: str, work: Callable[[Supervision], Awaitable[None]]) -> Coroutine[object, object, None]:
        return supervise(
            work,
            clock=self._opened.clock,
            log=self._log.bind(task=name),
            wake=asyncio.Event(),
            policy=RetryPolicy(cap_s=15.0),
            on_trouble=lambda trouble: self._note_trouble(name, trouble),
        )

    def _note_trouble(self, task: str, trouble: Trouble | None) -> None:
        self._bus.publish(HealthChanged())
        if trouble is not None:
            self._meters.restarts[task] += 1

    async def _keep_for_closed_times(self, supervision: Supervision) -> None:
        """Take in what was read before the vault was open, then leave behind what the next closed time needs."""
        opened, paths = self._opened, SealedPaths(self._opened.paths.sealed)
        merging = Merging(
            paths, archive=opened.archive, keys=opened.keys, media=self._media, judge=self._judge, outbox=self._outbox,
            bus=self._bus,
        )  # fmt: skip
        await merging.run()
        await keep_roster(paths, opened.archive, opened.keys, supervision.well)

    async def _delete_what_is_due(self, _supervision: Supervision) -> None:
        """From the configured hour on, once a day."""
        settings, zone = self._opened.config.retention, self._opened.config.store.zone()
        await self._retention.run(lambda now: now.astimezone(zone).hour >= settings.hour)

    async def _renew_root(self) -> None:
        """An old block of the keyring file that a disk may keep opens nothing any more without an old way in."""
        try:
            await asyncio.to_thread(self._opened.keys.rotate)
            await self._key_watch.note(reason="retention")
        except CryptoError as error:
            self._log.warning("keys.not_rotated", code=error.code.value)

    async def _follow_phones(self, supervision: Supervision) -> None:
        await self._link.run(supervision, self._fleet.follow, self._addresses)

    async def _addresses(self) -> tuple[str, ...]:
        """Those of the configuration, those that were remembered, those that are announced."""
        remembered = await self._opened.archive.connections.addresses()
        return tuple(dict.fromkeys((*self._opened.config.adb.connect, *remembered, *self._discovery.held())))

    async def _until_stopped(self) -> None:
        await self._stop.wait()
        self._log.info("daemon.stopping")

    def _begin_end(self) -> None:
        notify_systemd("STOPPING=1", os.environ)
        self._on_stopping()
