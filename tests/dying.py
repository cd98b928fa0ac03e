"""Command lines that die: run in children of one process that has everything imported, each ended where it is told.

Run as a program it reads one request a line (JSON) and answers each with one line; :class:`Nursery` speaks to it. The
children never share a thread of the engine with it, for it opens no store of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CHANGING = ("os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "sqlite3.connect")
"""What Python tells its audit hooks before it changes files; besides these, files opened to be written, and fsync."""
PRELOADED = (
    "datasketch", "igraph", "sqlite3", "zopfli.zlib", "kg.build", "kg.cli", "kg.export", "kg.graph", "kg.increment",
    "kg.learning", "kg.review", "kg.views.page",
)  # fmt: skip
"""What would be imported anew in each child, slowly."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TALKED = 97
"""The exit status of a child that spoke to another host, where it was to stay alone."""
PATIENCE = 60.0
"""Seconds after which a child that should have ended long ago is ended, and the test fails."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (negative: the signal), what it wrote, how many changes it came to."""

    status: int
    out: str
    words: str
    changes: int
    seconds: float


class Nursery:
    """Runs command lines in children of one process."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__], cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "PYTHONHASHSEED": "0"},
        )  # fmt: skip

    def run(
        self, *args: str, at: int = 0, after: float = 0.0, user: int = 0, alone: bool = False,
        input: str = "", **limits: int,
    ) -> Ended:  # fmt: skip
        """Run a command line; kill it before its change number ``at``, or so many seconds after its begin.

        ``user`` is whom it runs as, ``alone`` forbids it to ask any other host, ``limits`` are limits of the system by
        their names in the module ``resource``.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {
            "args": args,
            "at": at,
            "after": after,
            "user": user,
            "alone": alone,
            "input": input,
            "limits": limits,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Counter:
    """Counts what changes files, and kills the process before the change with a given number."""

    def __init__(self, at: int, told: int) -> None:
        self.at, self.told, self.count = at, told, 0

    def change(self) -> None:
        self.count += 1
        os.pwrite(self.told, str(self.count).encode(), 0)
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        flags = args[2] if event == "open" else 0
        writes = isinstance(flags, int) and flags & _WRITING
        if event in CHANGING or (writes and args[0] != os.devnull):
            self.change()

    def watched(self, call: Callable[[int], None]) -> Callable[[int], None]:
        """A call of the system of which no audit hook hears."""

        def watching(descriptor: int) -> None:
            self.change()
            call(descriptor)

        return watching


def _child(request: Mapping[str, Any], told: int) -> None:
    import resource

    from kg.cli import main

    for name, limit in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (limit, limit))
    if request["user"]:
        os.setgid(request["user"])
        os.setuid(request["user"])
    if request["alone"]:
        sys.addaudithook(_stay_alone)
    given = os.memfd_create("input")
    os.pwrite(given, request["input"].encode("utf-8", "surrogateescape"), 0)
    os.dup2(given, 0)
    counter = Counter(request["at"], told)
    os.fsync = counter.watched(os.fsync)  # type: ignore[assignment]
    sys.addaudithook(counter.hook)
    main(request["args"], "kg")


def _stay_alone(event: str, args: tuple[Any, ...]) -> None:
    """End the process that speaks to another host, or asks where one is."""
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        os.write(2, f"asked the network: {event} {args[1:]}\n".encode())
        os._exit(TALKED)


class Pipe:
    """What a child writes, read while it runs: no limit of the child's applies to it."""

    def __init__(self, number: int) -> None:
        self.number, self.found = number, b""
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)

    def read(self) -> None:
        with suppress(BlockingIOError):
            while part := os.read(self.reading, 1 << 16):
                self.found += part

    def text(self) -> str:
        """All that was written; the pipe is closed."""
        self.read()
        os.close(self.reading)
        os.close(self.writing)
        return self.found.decode("utf-8", "replace")


def _run(request: Mapping[str, Any]) -> dict[str, Any]:
    told = os.memfd_create("changes")
    begin = time.monotonic()
    pipes = {"out": Pipe(1), "words": Pipe(2)}
    child = os.fork()
    if child == 0:
        for pipe in pipes.values():
            os.dup2(pipe.writing, pipe.number)
        try:
            _child(request, told)
        except SystemExit as end:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 1)
        except BaseException:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
            os._exit(99)
        os._exit(0)
    status = _awaited(child, begin + (request["after"] or PATIENCE), pipes.values())
    seconds = time.monotonic() - begin
    changes = int(os.pread(told, 20, 0) or b"0")
    os.close(told)
    told_of = {name: pipe.text() for name, pipe in pipes.items()}
    return {"status": status, **told_of, "changes": changes, "seconds": seconds}


def _awaited(child: int, deadline: float, pipes: Collection[Pipe]) -> int:
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        for pipe in pipes:
            pipe.read()
        time.sleep(0.0005)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def serve(requests: Sequence[str]) -> None:
    """Answer one request after the other."""
    for name in PRELOADED:
        import_module(name)
    for request in requests:
        sys.stdout.write(json.dumps(_run(json.loads(request))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.stdin)  # type: ignore[arg-type]
