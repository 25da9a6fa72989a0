"""TLS 1.3 as adbd speaks it after STLS: the device is the server.

The certificate is a fixed test pair in `../data`: adb hosts do not check the device's certificate. Host certificates
are not asked for, because the standard library cannot take a self-signed one; so a simulated phone with TLS trusts
every host. A real phone compares the host's key with those it was paired with.
"""

import ssl
from functools import cache
from importlib import resources


@cache
def device_context() -> ssl.SSLContext:
    """The server context, built once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_NONE
    data = resources.files("adb_bridge.simphone") / "data"
    with resources.as_file(data / "device-cert.pem") as cert, resources.as_file(data / "device-key.pem") as key:
        context.load_cert_chain(cert, key)
    return context
