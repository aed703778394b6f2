"""Ports for what tests start."""

import os
import socket


def free_port(first=12000, last=20000):
    """Below the ephemeral ones, which outgoing connections take at any moment; each process begins elsewhere."""
    for port in range(first + os.getpid() % (3 * (last - first) // 4), last):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")
