"""A call for the shell."""

from __future__ import annotations

import shlex

from minimax_nb.chat import Preview
from minimax_nb.display.code.files import in_shell, remarks
from minimax_nb.display.code.said import NO_KEY, address, beforehand, json_source, key_name, key_prefix


def curl(preview: Preview) -> str:
    """The call with curl; ``-N`` shows the events as they arrive."""
    url = shlex.quote(address(preview, preview.url))
    lines = [*remarks(preview.media, "#"), *beforehand(preview, "#"), f"curl -N {url} \\"]
    if preview.key_header:
        name = key_name(preview)
        lines.append(f'  -H "{preview.key_header}: {key_prefix(preview)}{f"${name}" if name else NO_KEY}" \\')
    lines += [f"  -H {_quoted(f'{name}: {value}')} \\" for name, value in preview.headers.items()]
    # One line of JSON: no line of it can be the end marker. A quoted marker lets the shell change nothing in it.
    if preview.media:
        return "\n".join([*lines, "  --data-binary @- <<END", in_shell(preview.body, preview.media), "END"])
    return "\n".join([*lines, "  --data-binary @- <<'END'", json_source(preview.body), "END"])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"
