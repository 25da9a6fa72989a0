"""What protects the keyring and what is missing: said by `doctor` and by `shopwardend keys`."""

from collections.abc import Sequence

from crypto.errors import CryptoError
from crypto.keyring import SlotInfo, list_slots
from crypto.slot_kinds import SlotKind

from .api.texts import Texts
from .api.wire import HealthCheck
from .api.words import word_of
from .credentials import Tpm, tpm_of_this_machine
from .health_check import Status, check
from .paths import StatePaths

_FOR_A_LOSS = frozenset({SlotKind.SHARES, SlotKind.ESCROW})


def key_checks(texts: Texts, paths: StatePaths) -> list[HealthCheck]:
    """`keys`: can the vault be opened again after a loss? `key_protection`: what does a thief get? Reads the file."""
    try:
        slots = list_slots(paths.keyring)
    except CryptoError as error:
        detail = texts.get("health.keys_unreadable", problem=word_of(texts, "problem", error.code.value))
        return [check("keys", Status.FAIL, detail, texts.get("health.advice.keys_unreadable"))]
    advice = advice_on_slots(texts, slots)
    is_troubled = any(slot.is_damaged for slot in slots)
    status = Status.WARN if is_troubled else Status.INFO if advice else Status.OK
    detail = texts.get("health.keys_ways", count=sum(not slot.is_damaged for slot in slots))
    return [
        check("keys", status, detail, " ".join(advice) or None),
        check("key_protection", *_protection(texts, slots)),
    ]


def advice_on_slots(texts: Texts, slots: Sequence[SlotInfo]) -> list[str]:
    """What to do about damaged and old slots, a single way in, and nothing kept for a loss. Empty: nothing."""
    sound = [slot for slot in slots if not slot.is_damaged]
    said = []
    if len(sound) < len(slots):
        said.append(texts.get("keys.advice.damaged"))
    if any(slot.is_old for slot in sound):
        said.append(texts.get("keys.advice.old"))
    if len(sound) == 1:
        said.append(texts.get("keys.advice.only_one"))
    elif not any(slot.kind in _FOR_A_LOSS for slot in sound):
        said.append(texts.get("keys.advice.no_recovery"))
    return said


def _protection(texts: Texts, slots: Sequence[SlotInfo]) -> tuple[Status, str]:
    kinds = {slot.kind for slot in slots}
    said = []
    status = Status.OK
    if SlotKind.CREDENTIAL in kinds:
        tpm = tpm_of_this_machine()
        said.append(texts.get(f"keys.protection.tpm_{tpm.value}"))
        status = Status.OK if tpm is Tpm.PRESENT else Status.INFO
    if SlotKind.KEY_FILE in kinds:
        said.append(texts.get("keys.protection.key_file"))
        status = Status.INFO
    if SlotKind.PASSPHRASE in kinds:
        said.append(texts.get("keys.protection.passphrase"))
    return status, " ".join(said) or texts.get("keys.protection.for_a_loss")
