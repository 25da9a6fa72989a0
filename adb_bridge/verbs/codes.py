"""Why an order ended as it did. Every code has words in English and Chinese: `result.<code>` in the catalogue."""

from enum import StrEnum


class Code(StrEnum):
    """Stable names. What is not here is said by a wipe (`wipe`)."""

    OK = "ok"
    """Of a step: it did as asked."""

    # The link, before or after something was sent.
    LINK_LOST = "link_lost"
    PHONE_TIMEOUT = "phone_timeout"
    PHONE_UNAUTHORIZED = "phone_unauthorized"
    UNREADABLE = "unreadable"
    """What the phone answered is not what this Android prints."""

    # In general.
    REFUSED = "refused"
    """A permission is missing or a vendor's switch is off."""
    NOT_SUPPORTED = "not_supported"
    """This Android or this vendor does not have the command."""
    NOT_VERIFIED = "not_verified"
    """Sent; the phone does not say that it happened."""
    NOT_IN_EFFECT = "not_in_effect"
    """The phone says that it did not happen."""
    PARTLY = "partly"
    """Some of it happened and some did not: the steps tell which."""
    STARTING = "starting"
    """The phone starts, or was not unlocked since."""
    BATTERY_LOW = "battery_low"
    IN_CALL = "in_call"
    NOTHING_TO_DO = "nothing_to_do"

    # The lock and the PIN.
    LOCKED = "locked"
    NO_SCREEN_LOCK = "no_screen_lock"
    """The screen is off, and nothing is asked of who switches it on."""
    PIN_SET = "pin_set"
    UNLOCKED = "unlocked"
    """The PIN is gone and the phone is open."""
    PIN_CLEARED = "pin_cleared"
    PIN_UNKNOWN = "pin_unknown"
    """The phone has a screen lock whose PIN the shop does not hold; nothing was tried."""
    WRONG_PIN = "wrong_pin"
    """The PIN that the shop holds is not the phone's; it counted as one failed attempt."""
    PIN_POLICY = "pin_policy"
    """The phone's policy refuses the new PIN (too short, too simple, used before)."""
    THROTTLED = "throttled"
    """Too many wrong PINs: the phone refuses even the right one for a while."""

    # What the phone shows and sounds.
    POSTED = "posted"
    RINGING = "ringing"
    SILENT = "silent"
    """It was told to ring, and its volume is still zero or Do Not Disturb is on."""

    # Restarting.
    REBOOTING = "rebooting"
    """The link went away after the order; only a new start proves it."""
    REBOOTED = "rebooted"

    # Apps.
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    NOT_INSTALLED = "not_installed"
    PACKAGE_PROTECTED = "package_protected"
    """The phone needs this app, or its system does not let it be suspended."""

    # The rest.
    KEPT_ALIVE = "kept_alive"
    SETTING_REFUSED = "setting_refused"
    NOT_TRUSTED_NETWORK = "not_trusted_network"
    """The phone switched wireless debugging off again: this Wi-Fi was not trusted for ever on its screen."""
    CALLING = "calling"
    SIM_CHOICE = "sim_choice"
    """The phone asks which SIM to call with; nobody answered yet."""
    NO_SIM = "no_sim"
    AIRPLANE_MODE = "airplane_mode"
    LOST_MODE_ON = "lost_mode_on"
    LOST_MODE_OFF = "lost_mode_off"
    NO_OWNER = "no_owner"
    """No device-owner app that this system can talk to is enrolled on the phone."""
    OWNER_KEY_MISSING = "owner_key_missing"
    """The device-owner app asks for a key that the shop does not hold."""
