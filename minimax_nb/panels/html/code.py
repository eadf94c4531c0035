"""Code as HTML, in colours where the language is known and the code not too long."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from minimax_nb.panels.html.plain import clean_code

LONGEST_COLOURED = 20_000
"""Characters of one code block that is coloured; a longer one, or one with a line of over 1,000, has one colour."""

PREFIX = "mnb-hl-"
"""What the classes of coloured words begin with; the rest are the short names of Pygments."""

# Some lexers look far ahead at every word of a long line or at every blank line.
_STRANGE = re.compile(r"[^\n]{1001}|\s{200}")
_WORD = re.compile(r"[\w+#.\-]{1,30}")
# The languages that models write, by the names they give them. Lexers that took time with the square of the length
# (Pygments 2.21, 2026-11-21) are not among them; JavaScript's knows the words of Java and C# as well.
_LEXERS = {
    **dict.fromkeys(("python", "py", "python3", "py3", "ipython", "ipython3"), "python"),
    **dict.fromkeys(("pycon", "python-repl"), "pycon"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh"), "bash"),
    **dict.fromkeys(("console", "shell-session", "terminal"), "console"),
    **dict.fromkeys(("javascript", "js", "mjs", "jsx", "java", "csharp", "c#", "cs"), "javascript"),
    **dict.fromkeys(("typescript", "ts", "tsx"), "typescript"),
    **dict.fromkeys(("json", "jsonc", "json5", "jsonl", "ipynb"), "json"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    **dict.fromkeys(("html", "xhtml"), "html"),
    **dict.fromkeys(("xml", "svg"), "xml"),
    **dict.fromkeys(("c", "h"), "c"),
    **dict.fromkeys(("c++", "cpp", "cc", "hpp", "cxx"), "cpp"),
    **dict.fromkeys(("go", "golang"), "go"),
    **dict.fromkeys(("rust", "rs"), "rust"),
    **dict.fromkeys(("ruby", "rb"), "ruby"),
    **dict.fromkeys(("kotlin", "kt"), "kotlin"),
    **dict.fromkeys(("haskell", "hs"), "haskell"),
    **dict.fromkeys(("diff", "patch"), "diff"),
    **dict.fromkeys(("dockerfile", "docker"), "docker"),
    **dict.fromkeys(("powershell", "ps1", "pwsh"), "powershell"),
    **dict.fromkeys(("latex", "tex"), "latex"),
    **dict.fromkeys(("ini", "cfg", "conf"), "ini"),
    **{
        name: name
        for name in (
            *("toml", "css", "scss", "sql", "r", "julia", "swift", "php", "perl", "lua", "scala", "dart"),
            *("graphql", "protobuf", "cmake", "http", "elixir", "clojure", "fortran"),
        )
    },
}


def code_html(code: str, language: str = "") -> str:
    """A code block with its language above it, and colours where the language is known.

    Args:
        code: The code as it is.
        language: What the model called it: the first word counts, and it is only a name.
    """
    code = clean_code(code).removesuffix("\n")
    name = language_name(language)
    return (
        '<div class="mnb-code"><div class="mnb-code-head">'
        f'<span class="mnb-lang">{escape(name)}</span></div>'
        f'<pre tabindex="0" dir="ltr"><code>{_coloured(code, name.lower())}</code></pre></div>'
    )


def language_name(info: str) -> str:
    """The first word of a fence's info string; "text" if there is none."""
    found = _WORD.search(info)
    return found[0] if found else "text"


def _coloured(code: str, language: str) -> str:
    lexer = _LEXERS.get(language)
    if lexer is None or len(code) > LONGEST_COLOURED or _STRANGE.search(code):
        return escape(code, quote=False)
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters.html import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    formatter = HtmlFormatter(nowrap=True, classprefix=PREFIX)
    try:
        coloured = highlight(code + "\n", get_lexer_by_name(lexer, stripnl=False), formatter)
    except RecursionError:  # called from deep within other code
        return escape(code, quote=False)
    return str(coloured).removesuffix("\n")


@cache
def colour_classes() -> frozenset[str]:
    """Every class that a coloured word can have."""
    from pygments.token import STANDARD_TYPES  # type: ignore[import-untyped]

    return frozenset(PREFIX + name for name in STANDARD_TYPES.values() if name)
