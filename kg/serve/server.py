"""The server: the address it listens to, the signals that end it, and the end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import resource
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from kg.errors import KgError
from kg.serve.connection import protocol
from kg.serve.guard import MAX_HEAD
from kg.serve.limits import Limits

_GRACE = 2
"""Seconds for what is being answered when the server ends."""


class ListenError(KgError):
    """An address that cannot be listened to."""


class _Server(uvicorn.Server):
    """uvicorn's server, ended by whoever started it and not by signals of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any free one. Raises ListenError."""
    try:
        family, kind, number, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        line = socket.socket(family, kind, number)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        line.bind(where)
        line.listen(1024)
    except OSError as error:
        hint = "choose another --port, or 0 for a free one" if error.errno == errno.EADDRINUSE else "check --host"
        why = "the port is in use" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
        raise ListenError(f"cannot listen to {host}, port {port}: {why}", None, hint) from None
    return line


def url(line: socket.socket) -> str:
    """The address of what listens, as one writes it into a browser."""
    host, port = line.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_local(line: socket.socket) -> bool:
    """Whether only this machine can reach it."""
    return ipaddress.ip_address(line.getsockname()[0]).is_loopback


async def serve(app: Starlette, line: socket.socket, limits: Limits, ready: Callable[[], None]) -> None:
    """Serve until a signal ends it; calls ``ready`` when the first request can come."""
    _allow_descriptors(limits)
    config = uvicorn.Config(
        app,
        http=protocol(limits),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=True,
        h11_max_incomplete_event_size=MAX_HEAD,
        timeout_keep_alive=int(limits.head),
        timeout_graceful_shutdown=_GRACE,
        loop="asyncio",
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, lambda: setattr(server, "should_exit", True))
    async with app.router.lifespan_context(app):  # what fails here is an error of the store, and told as one
        ready()
        await server.serve([line])


def _allow_descriptors(limits: Limits) -> None:
    """Have room for as many connections as may be open, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * limits.connections
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
