"""The command ``minimax-nb``: what can be done without a notebook."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from minimax_nb.display import render
from minimax_nb.doctor import examine
from minimax_nb.emulator.__main__ import add_arguments, run
from minimax_nb.errors import MiniMaxError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="minimax-nb", description="The notebook kit for MiniMax models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("doctor", help="say what this installation can do; sends nothing, shows no key")
    add_arguments(commands.add_parser("emulator", help="serve the emulator on a loopback port"))
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "emulator":
            return run(chosen)
        report = examine()
        sys.stdout.write(render(report)[0]["text/plain"] + "\n")
        return 0 if report.fine else 1
    except MiniMaxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
