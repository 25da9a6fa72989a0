"""What carries a connection to a phone. Apart from `identity`, so that who only names it loads no adb client."""

from enum import StrEnum


class Carrier(StrEnum):
    """What a connection runs over, best first."""

    CABLE = "cable"
    WIRELESS_DEBUGGING = "wireless_debugging"
    """TLS, Android 11+."""
    NETWORK = "network"
    """`adb tcpip`: not encrypted."""
