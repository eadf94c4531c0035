"""``python -m minimax_nb.emulator``: the emulator as a server, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from minimax_nb.emulator.faults import FAULTS
from minimax_nb.emulator.guide import guide
from minimax_nb.emulator.server import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the emulator's options and its guide."""
    parser.description = "Stand in for the MiniMax services on this machine: scripted replies, no network, no cost."
    parser.epilog = guide()
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0, metavar="N", help="where to listen (default: any free port)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        choices=FAULTS,
        metavar="NAME",
        help="a fault for every call (see below); repeatable",
    )
    parser.add_argument(
        "--delay-ms", type=_delay, metavar="N", help="milliseconds between two pieces (default: 12; 0: no waits)"
    )
    parser.add_argument("--keyless", action="store_true", help="answer calls without a key too; any key will do anyway")


def _delay(text: str) -> float:
    """Milliseconds as typed."""
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError(text)
    return value


def run(options: argparse.Namespace) -> int:
    """Run the server until Ctrl-C, or until it is politely asked to end.

    Args:
        options: What :func:`add_arguments` asked for.

    Returns:
        0 after it was ended, 1 if the address cannot be listened on.
    """
    try:
        server = serve(options.port, options.host, options.delay_ms, options.fault, need_key=not options.keyless)
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"The emulator cannot listen on {options.host}:{options.port}: {error}\n")
        return 1
    with server, _interruptible():
        sys.stdout.write(
            f"minimax_nb emulator on {server.url} - base URLs {server.openai_url} (OpenAI) and {server.anthropic_url} "
            "(Anthropic) - Ctrl-C stops it\n"
        )
        sys.stdout.flush()
        while True:
            time.sleep(0.5)  # short, so that Ctrl-C is noticed on every system
    return 0


@contextmanager
def _interruptible() -> Iterator[None]:
    """A block that SIGINT and SIGTERM end quietly, also where the shell that started it had SIGINT ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m minimax_nb.emulator")
    add_arguments(parser)
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
