"""TLS contexts of the two ports: version 1.3 only; that of consoles wants a certificate of this daemon's own making."""

import os
import ssl

from crypto.console_certs import DaemonIdentity


def console_context(identity: DaemonIdentity) -> ssl.SSLContext:
    """Of the port for consoles: without a certificate of ours the handshake fails."""
    context = _context(identity)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=identity.authority_pem)
    return context


def pairing_context(identity: DaemonIdentity) -> ssl.SSLContext:
    """Of the port for joining: who comes has no certificate yet. Same key: it is what the words confirm."""
    return _context(identity)


def _context(identity: DaemonIdentity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    context.num_tickets = 0  # every connection shows its certificate anew
    # The library takes keys from files only: this one is in memory, and gone when it is closed.
    handle = os.memfd_create("listener", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(identity.listener_pem())
        context.load_cert_chain(f"/proc/self/fd/{handle}")
    finally:
        os.close(handle)
    return context
