"""What holds for every test: how quick an example runs is no matter of right or wrong, and Ctrl-C is heeded."""

from __future__ import annotations

import signal

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell has what it runs in the background ignore the key, and so would every process that a test begins.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
