"""Texts that have broken sanitisers: markup that reads otherwise the second time it is read, and its relatives."""

from __future__ import annotations

IMG = "<img src=x onerror=alert(1)>"

MUTANTS = {
    "mglyph in math": f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;{IMG[1:-1]}&gt;">',
    "malignmark in math": f'<math><mtext><table><malignmark><style><!--</style><img title="--&gt;{IMG}">',
    "form in math": f"<form><math><mtext></form><form><mglyph><style></math>{IMG}",
    "annotation-xml": f'<math><annotation-xml encoding="text/html"><style><!--</style><img title="--&gt;">{IMG}',
    "annotation-xml in maths": f'$\\text{{<annotation-xml encoding="text/html">{IMG}</annotation-xml>}}$',
    "style in svg": f'<svg><style><!--</style><img title="--&gt;{IMG}">',
    "title in svg": f"<svg></p><title><style></title>{IMG}</style>",
    "foreignObject": f"<svg><foreignObject><math><mi></svg>{IMG}",
    "use in svg": '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)/>#x"></svg>',
    "noscript": f'<noscript><p title="</noscript>{IMG}">',
    "noembed": f'<noembed><p title="</noembed>{IMG}">',
    "xmp": f'<xmp><p title="</xmp>{IMG}">',
    "plaintext": f"<plaintext>{IMG}",
    "template": f"<template><template></template>{IMG}</template>",
    "select": f"<select><template><math></select>{IMG}",
    "forms in forms": f"<form id=a><div></form><form id=b><input form=a formaction=javascript:alert(1)>{IMG}",
    "isindex": "<isindex type=image src=1 onerror=alert(1)>",
    "tables in tables": f"<table><td><table><caption>{IMG}</table>",
    "comment in an attribute": f'<p title="<!--{IMG}-->">',
    "cdata in math": f"<math><![CDATA[</math>{IMG}]]>",
    "pre and listing": f"<pre>\n\n<listing>\n{IMG}",
    "base": "<base href=javascript:/a/-alert(1)///////><a href=../lol/safari.html>x</a>",
    "javascript with a named colon": (
        "[a](javascript&colon;alert(1)) [b](java&Tab;script&colon;alert(1)) <javascript&colon;alert(1)>"
    ),
    "javascript with entities all over": "[a](&#x6A;&#97;vascript&#x0003A;alert&lpar;1&rpar;)",
    "javascript with blanks before": (
        "[a](\x01javascript:alert(1)) [b](<\x00javascript:alert(1)>) [c](<\u00a0javascript:alert(1)>)"
    ),
    "http that is script": "[a](http:javascript:alert(1)) [b](https:\\\\x) [c](http:///x) [d](//x/y) [e](\\\\x\\y)",
    "data links": (
        "[a](data:text/html,<script>alert(1)</script>) ![b](data:text/html;base64,PHNjcmlwdD4=) [c](DATA:x,y)"
    ),
    "data pictures": (
        "![p](data:image/png;base64,iVBORw0KGgo=) ![](data:image/gif;base64,R0lGODlhAQ==) "
        "[x](data:image/png;base64,AA==)"
    ),
    "a quotation mark in an address": (
        '[a](https://x/"onclick="alert(1)) <https://x/"onclick=alert(1)> https://x/"onclick=alert(1)'
    ),
    "address with tags": f"https://x/{IMG} www.x.y/<script> https://x/&quot;&gt;{IMG}",
    "title of a link": '[a](https://x "\\" onmouseover=alert(1) \\"")',
    "link reference": f'[a]\n\n[a]: https://x "\'>{IMG}"',
    "bidi controls": "a \u202egnp.exe\u202c `\u202ecode\u2066` \u2067x\u2069 &#x202E;y&#8238; \u202dz",
    "no characters": (
        "a\x00b\ud800c\ufdd00\ufdd1d\ufffe &#0; &#xFDD0;0&#xFDD1; &#xD800; <https://x/%EF%B7%900%EF%B7%91>"
    ),
    "marks of formulas": "$x$ \ufdd00\ufdd1 `\ufdd00\ufdd1` [\ufdd00\ufdd1](https://x/\ufdd00\ufdd1) \ufdd0999\ufdd1",
    "marks of formulas in an address": "$x$ <https://x/%EF%B7%900%EF%B7%91> [a](https://x/%EF%B7%900%EF%B7%91)",
    "tag in a language": f'```python</code></pre>{IMG}\nx\n```\n\n~~~"onclick="alert(1)\nx\n~~~',
    "tags in code": f"```html\n</code></pre>{IMG}\n```\n\n    </pre>{IMG}\n\n``</code>{IMG}``",
    "tag in a cell": f"| a |\n|---|\n| </table>{IMG} |\n| </td></tr>{IMG} |",
    "tag in an alignment": f"| a |\n|:-:{IMG}|\n| b |",
    "harmless tags with more": (
        f"<br onload=x> <br/onload=x> <sub onclick=x>y</sub> <kbd>{IMG}</kbd> <b><i>x</b></i> <s>a<s>b</s>"
    ),
    "picture's words": f'![{IMG}](https://x/y) ![a" onerror="alert(1)](https://x) ![`{IMG}`](https://x)',
    "picture in a link": (
        "[![a](https://x/y.png)](https://z) [![a](javascript:alert(1))](https://z) ![[a](https://y)](https://x)"
    ),
    "maths of other kinds": (
        "$\\text{</mtext></math><img src=x onerror=alert(1)>}$ $\\verb|<script>|$ $\\mbox{<svg/onload=alert(1)>}$"
    ),
    "maths' attributes": (
        '$\\hspace{1em" onclick="alert(1)}$ $\\rule{99em}{99em}$ $\\color{red" style="x}{y}$ $\\raise{40em}{x}$'
    ),
    "maths' addresses": (
        "$\\href{javascript:alert(1)}{x}$ $\\class{a}{b}$ $\\style{position:fixed}{x}$ $\\hspace{-400px}$"
    ),
    "maths' entities": (
        "$&lt;img src=x onerror=alert(1)&gt;$ $&#x3C;script&#x3E;$ $\\text{&#x202E;&#x0;&#x110000;&#xD800;}$"
    ),
    "maths' bombs": (
        "$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\a$ $\\newcommand{\\x}{\\x\\x}\\x$ "
        "$\\newenvironment{e}{\\begin{e}}{\\end{e}}$"
    ),
    "maths' definitions": (
        "$\\DeclareMathOperator{\\x}{<img src=x onerror=alert(1)>}\\x$ $\\operatorname{<script>}$ $\\tag{<b>}x$"
    ),
    "end of a source": "$x</annotation></semantics></math><img src=x onerror=alert(1)>$ $a<!--b$ $a]]>b$",
}
