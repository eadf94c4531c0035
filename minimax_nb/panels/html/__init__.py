"""Markdown of a model as HTML that may be put into a page: made in Python, block by block, and sanitised.

A panel sets what these functions return as ``innerHTML`` of an element with the class ``mnb-block``, and nothing else.
Two walls stand between a model's text and the page. The Markdown parser knows no raw HTML, so every tag in the result
was written by this package; then ``nh3`` takes out whatever is not on a short list of elements, attributes, values
and classes (:mod:`minimax_nb.panels.html.wall`). Formulas are the exception: a sanitiser must let HTML stand inside
MathML, so no MathML passes through it. It is written afterwards, from a parsed tree and by a list of its own
(:mod:`minimax_nb.panels.html.mathml`), into places that only this package can mark.

The result has no script, no handler, no ``style``, no ``id``, no form, no picture, nothing that is fetched. The
outermost block of each piece has ``dir="auto"``, code has ``dir="ltr"``. There is no button either: the page's script
puts "Copy code" into each ``.mnb-code-head``, and copies the text of the ``pre`` below it.

What is too large is shown as plain text or cut with a remark; the limits are the constants of the modules here. The
time taken grows with the length of the text and never faster. The libraries are loaded at the first call, which takes
about 0.1 s (Python 3.11, a laptop's processor, 2026-11-21).
"""

from __future__ import annotations

from minimax_nb.panels.html.code import code_html
from minimax_nb.panels.html.look import styles
from minimax_nb.panels.html.plain import plain_html
from minimax_nb.panels.html.writing import to_html

__all__ = ["code_html", "plain_html", "styles", "to_html"]
