"""The desks behind the API that are not methods of `Service`: each is one class with a file or folder of its own.

A desk's method takes the caller first, asks `roles.require`, writes the audit entry before it serves, and raises
`ServiceError` only (`service_errors.refusing`).
"""

from dataclasses import dataclass

from .alerts_desk import AlertsDesk
from .backup.desk import BackupDesk
from .commanding.desk import CommandParts, CommandsDesk
from .delivery.desk import DeliveryDesk
from .desk_parts import DeskParts as DeskParts
from .event_filters import EventFilters
from .exports_desk import ExportsDesk
from .figures.desk import FiguresDesk
from .intercept.desk import InterceptDesk
from .keys_desk import KeysDesk
from .lan.desk import ConsolesDesk
from .leaving.desk import LeavingDesk
from .pins.desk import PinsDesk
from .proofs.heads_desk import HeadsDesk
from .proofs.proof_desk import ProofDesk
from .provisioning.desk import ProvisioningDesk
from .rescans_desk import RescansDesk
from .retention.desk import RetentionDesk
from .rights.desk import RequestsDesk
from .rights.documents_desk import DocumentsDesk
from .rights.me import OwnDesk
from .rights.notices import Notices
from .rights.papers import Papers
from .timeline_desk import TimelineDesk
from .web.desk import WebDesk
from .wiping.desk import WipesDesk
from .workbench.desk import WorkbenchDesk
from .workbench.rule_state import RuleStateDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """One of each."""

    alerts: AlertsDesk
    backups: BackupDesk
    commands: CommandsDesk
    consoles: ConsolesDesk
    delivery: DeliveryDesk
    documents: DocumentsDesk
    exports: ExportsDesk
    figures: FiguresDesk
    heads: HeadsDesk
    intercept: InterceptDesk
    keys: KeysDesk
    leaving: LeavingDesk
    me: OwnDesk
    pins: PinsDesk
    proofs: ProofDesk
    provisioning: ProvisioningDesk
    requests: RequestsDesk
    rescans: RescansDesk
    retention: RetentionDesk
    rule_state: RuleStateDesk
    timeline: TimelineDesk
    web: WebDesk
    wipes: WipesDesk
    workbench: WorkbenchDesk


def open_desks(parts: DeskParts) -> Desks:
    """Every desk of the daemon."""
    notices = Notices(parts.archive, parts.config)
    requests = RequestsDesk(parts, parts.guard)
    workbench = WorkbenchDesk(
        archive=parts.archive,
        audit=parts.audit,
        clock=parts.clock,
        directory=parts.directory,
        guard=parts.guard,
        judge=parts.judge,
        texts=parts.texts,
    )
    return Desks(
        alerts=AlertsDesk(parts, workbench),
        backups=BackupDesk(
            jobs=parts.backups.jobs,
            archive=parts.archive,
            audit=parts.audit,
            keys=parts.keys,
            paths=parts.paths,
            section=parts.config.backup,
            texts=parts.texts,
        ),
        consoles=ConsolesDesk(
            archive=parts.archive,
            audit=parts.audit,
            clock=parts.clock,
            door=parts.door,
            section=parts.config.lan,
        ),
        delivery=DeliveryDesk(
            archive=parts.archive,
            audit=parts.audit,
            bus=parts.bus,
            clock=parts.clock,
            delivery=parts.delivery,
            texts=parts.texts,
        ),
        commands=CommandsDesk(
            CommandParts(
                archive=parts.archive,
                clock=parts.clock,
                directory=parts.directory,
                guard=parts.guard,
                outlook=parts.outlook,
                queue=parts.queue,
                settings=parts.config.commands,
                texts=parts.texts,
            )
        ),
        documents=DocumentsDesk(parts, Papers(parts.archive, parts.config, parts.clock, notices), notices),
        exports=ExportsDesk(parts),
        figures=FiguresDesk(parts),
        intercept=InterceptDesk(parts, parts.following.interceptor),
        keys=KeysDesk(parts),
        leaving=LeavingDesk(parts, parts.following.leavings),
        me=OwnDesk(parts, requests, notices),
        pins=PinsDesk(
            pins=parts.pins, archive=parts.archive, audit=parts.audit, directory=parts.directory, clock=parts.clock
        ),
        provisioning=ProvisioningDesk(
            provisioner=parts.provisioner, audit=parts.audit, texts=parts.texts, when_enrolled=parts.enrolled
        ),
        requests=requests,
        rescans=RescansDesk(
            archive=parts.archive,
            audit=parts.audit,
            directory=parts.directory,
            guard=parts.guard,
            rescans=parts.rescans,
            texts=parts.texts,
        ),
        retention=RetentionDesk(
            archive=parts.archive,
            audit=parts.audit,
            keys=parts.keys,
            retention=parts.retention,
            clock=parts.clock,
            settings=parts.config.retention,
            guard=parts.guard,
            texts=parts.texts,
        ),
        rule_state=RuleStateDesk(
            packs=parts.config.policy.packs,
            judge=parts.judge,
            watch=parts.rule_watch,
            clock=parts.clock,
            texts=parts.texts,
        ),
        heads=HeadsDesk(
            archive=parts.archive, audit=parts.audit, bus=parts.bus, config=parts.config, texts=parts.texts
        ),
        timeline=TimelineDesk(
            archive=parts.archive,
            audit=parts.audit,
            filters=EventFilters(parts.archive, parts.directory, parts.guard.people),
            guard=parts.guard,
            texts=parts.texts,
        ),
        web=WebDesk(config=parts.config, audit=parts.audit, clock=parts.clock),
        wipes=WipesDesk(
            archive=parts.archive,
            directory=parts.directory,
            guard=parts.guard,
            outlooks=parts.wiping.outlooks,
            texts=parts.texts,
        ),
        workbench=workbench,
        proofs=ProofDesk(archive=parts.archive, audit=parts.audit, guard=parts.guard),
    )
