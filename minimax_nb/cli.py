"""The command ``minimax-nb``: what can be done without a notebook."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from minimax_nb.chat.notebook_usage import notebook_usage, notebooks_in
from minimax_nb.chat.served import asked_lists
from minimax_nb.chat.whom import where_of
from minimax_nb.display import render, usage_listing
from minimax_nb.display.tables import Listing, known_models, live_listing
from minimax_nb.doctor import TIMEOUT_S, Report, examine, scan
from minimax_nb.emulator.__main__ import add_arguments, run
from minimax_nb.errors import ConfigError, MiniMaxError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and give its exit code.

    It is 0 if all is well, 1 if the doctor found something, 2 if it could not be done, and 130 after an interrupt.
    """
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "emulator":
            return run(chosen)
        if chosen.command == "models":
            _write(_models(chosen))
            return 0
        if chosen.command == "usage":
            _usage(chosen)
            return 0
        report = _doctor(chosen)
        _write(report)
        return 0 if report.fine else 1
    except MiniMaxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130  # what shells give a program that was interrupted


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="minimax-nb", description="The notebook kit for MiniMax models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    doctor = commands.add_parser(
        "doctor",
        help="say what this installation and your keys can do; sends no prompt, shows no key",
        description="Say what this installation and the keys it finds can do. Each service is asked for its list of "
        "models, which sends no prompt and costs nothing; no key is shown. The exit code is 0 if all is well.",
    )
    _add_where(doctor)
    doctor.add_argument("--offline", action="store_true", help="ask nobody outside this process")
    doctor.add_argument(
        "--local", action="store_true", help="look for model servers on their usual ports of this computer"
    )
    _add_timeout(doctor, TIMEOUT_S)
    doctor.add_argument(
        "--scan",
        nargs="+",
        metavar="FILE",
        help="look through notebooks instead (a folder: all in and below it) for keys and heavy outputs",
    )
    doctor.add_argument("--fix", action="store_true", help="with --scan: mask the keys, take the heavy outputs out")
    models = commands.add_parser("models", help="list the models that are known, or with --live what services list")
    models.add_argument("--live", action="store_true", help="ask the services what they list for your keys")
    _add_where(models)
    _add_timeout(models, None)
    models.add_argument("words", nargs="*", help="only models whose provider and id hold each of these words")
    _add_usage(commands.add_parser("usage", help="total what notebook files used, without running them"))
    add_arguments(commands.add_parser("emulator", help="serve the emulator on a loopback port"))
    return parser


def _doctor(chosen: argparse.Namespace) -> Report:
    if chosen.scan:
        return scan(*chosen.scan, fix=chosen.fix)
    if chosen.fix:
        raise ConfigError("--fix mends notebooks that are looked through.", hint="Add --scan FILE.")
    return examine(where=where_of(vars(chosen)), offline=chosen.offline, local=chosen.local, timeout=chosen.timeout)


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-p", "--provider", metavar="NAME", help="whom to ask; else each whose key is found")
    parser.add_argument("--face", choices=("anthropic", "openai"), help="the protocol")
    parser.add_argument("-u", "--base-url", metavar="URL", help="another address for the protocol")
    parser.add_argument("--region", metavar="NAME", help="a provider's other hosts, such as cn")


def _add_timeout(parser: argparse.ArgumentParser, default: float | None) -> None:
    parser.add_argument(
        "--timeout", type=float, default=default, metavar="SECONDS", help="how long a service may take to answer"
    )


def _models(chosen: argparse.Namespace) -> Listing:
    words = " ".join(chosen.words)
    if chosen.live:
        return live_listing(asked_lists(where_of(vars(chosen)), chosen.timeout), words)
    if chosen.face or chosen.base_url or chosen.region or chosen.timeout is not None:
        raise ConfigError("Where and how long to ask is said of live lists only.", hint="Add --live.")
    return known_models(chosen.provider, words)


_BY = {"model": ("provider", "model"), "cell": ("file", "cell", "provider", "model"), "file": ("file",)}
"""What ``--by`` groups replies by."""


def _add_usage(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Total the replies in notebook files from what was saved with them. Nothing is run and nobody is asked. A "
        "reply that was copied counts once."
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a notebook, or a folder: all notebooks in and below it"
    )
    parser.add_argument(
        "--by", choices=tuple(_BY), help="a line for each (default: model, and file where there are more)"
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of a table")


def _usage(chosen: argparse.Namespace) -> None:
    paths = [path for file in chosen.files for path in notebooks_in(file)]
    used, names = notebook_usage(paths), _BY.get(chosen.by, ())
    if chosen.json:
        _print(json.dumps(used.to_dict(*names), indent=2))
    else:
        _write(usage_listing(used, names))


def _write(value: object) -> None:
    _print(render(value)[0]["text/plain"])


def _print(text: str) -> None:
    """Write text to the terminal; what its encoding lacks is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
