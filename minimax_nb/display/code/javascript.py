"""A call for Node and browsers, with nothing but ``fetch``."""

from __future__ import annotations

import re
import textwrap

from minimax_nb.chat import Preview
from minimax_nb.display.code.files import in_javascript, remarks
from minimax_nb.display.code.said import NO_KEY, WIDTH, address, beforehand, json_source, key_name, key_prefix

_SPECIAL_IN_PAGES = re.compile(r"<(?=[/!]|script)", re.IGNORECASE)
_TEXT_OF = {
    "anthropic": 'event.delta?.text ?? ""',
    "openai": 'event.choices?.[0]?.delta?.content ?? ""',
}
_FILES = """\
const { readFileSync } = await import("node:fs"); // a page has no files: there, take what an <input> was given
const content = (name) => readFileSync(name, "base64");"""
_CALL = """\
async function main() {
%(before)s  const response = await fetch(%(url)s, {
    method: "POST",
    headers: {
%(headers)s
    },
    body: JSON.stringify(%(body)s),
  });
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || !type.includes("event-stream")) {
    throw new Error(`${response.status} ${await response.text()}`);
  }

  const write = (text) => (globalThis.process ? process.stdout.write(text) : document.body.append(text));
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\\n");
    rest = lines.pop(); // a line that has not ended yet
    for (const line of lines) {
      const data = line.slice(5).trim();
      if (!line.startsWith("data:") || data === "[DONE]") continue;
      const event = JSON.parse(data);
      if (event.error || event.base_resp?.status_code) throw new Error(data);
      write(%(text)s);
    }
  }
}

main();"""


def javascript(preview: Preview) -> str:
    """The call in JavaScript for Node 18 or newer, and for browsers where it needs neither key nor file."""
    headers = [f"{_literal(name)}: {_literal(value)}," for name, value in preview.headers.items()]
    if preview.key_header:
        headers.insert(0, f"{_literal(preview.key_header)}: {_key(preview)},")
    note = "Node 18 or newer, or a browser."
    if preview.key_names:
        note = "Node 18 or newer. In a browser everybody could read the key: call from your server instead."
    call = _CALL % {
        "before": textwrap.indent(_FILES, "  ") + "\n" if preview.media else "",
        "url": _literal(address(preview, preview.url)),
        "headers": textwrap.indent("\n".join(headers), " " * 6),
        "body": textwrap.indent(in_javascript(preview.body, preview.media, _literal), " " * 4).lstrip(),
        "text": _TEXT_OF[preview.face],
    }
    return "\n".join([f"// {note}", *remarks(preview.media, "//"), *beforehand(preview, "//"), call])


def _key(preview: Preview) -> str:
    prefix, name = key_prefix(preview), key_name(preview)
    return _literal(prefix + NO_KEY) if name is None else f"`{prefix}${{process.env.{name}}}`"


def _literal(value: object) -> str:
    """JSON is JavaScript; a ``<`` that could end or open something in a page around the script is escaped."""
    return _SPECIAL_IN_PAGES.sub(r"\\u003c", json_source(value, WIDTH))
