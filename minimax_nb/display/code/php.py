"""A call for PHP, with its curl extension."""

from __future__ import annotations

from minimax_nb.chat import Preview
from minimax_nb.display.code.files import remarks, with_marks
from minimax_nb.display.code.said import NO_KEY, WIDTH, address, beforehand, json_source, key_name, key_prefix

_TEXT_OF = {
    "anthropic": "$event['delta']['text'] ?? ''",
    "openai": "$event['choices'][0]['delta']['content'] ?? ''",
}
_CALL = """\
$curl = curl_init(%(url)s);
$rest = '';
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_HTTPHEADER => [
%(headers)s
    ],
    CURLOPT_POSTFIELDS => $body,
    CURLOPT_WRITEFUNCTION => function ($curl, $data) use (&$rest) {
        $rest .= $data;
        $type = curl_getinfo($curl, CURLINFO_CONTENT_TYPE) ?? '';
        if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) !== 200 || !str_contains($type, 'event-stream')) {
            return strlen($data); // no events: what is wrong is told below
        }
        $lines = explode("\\n", $rest);
        $rest = array_pop($lines); // a line that has not ended yet
        foreach ($lines as $line) {
            $event = str_starts_with($line, 'data:') ? json_decode(substr($line, 5), true) : null;
            if (isset($event['error']) || !empty($event['base_resp']['status_code'])) {
                throw new RuntimeException($line);
            }
            echo %(text)s;
        }
        flush();
        return strlen($data);
    },
]);
if (!curl_exec($curl) || $rest !== '') {
    throw new RuntimeException(curl_error($curl) . ' ' . curl_getinfo($curl, CURLINFO_RESPONSE_CODE) . ' ' . $rest);
}"""


def php(preview: Preview) -> str:
    """The call in PHP 8.0 or newer.

    The body is JSON in a nowdoc, in which PHP changes nothing. No line of it can begin with the end marker: no line
    of JSON begins with a capital letter.
    """
    marked, files = with_marks(preview.body, preview.media)
    headers = [f"        {_quoted(f'{name}: {value}')}," for name, value in preview.headers.items()]
    if preview.key_header:
        name, before = key_name(preview), f"{preview.key_header}: {key_prefix(preview)}"
        key = f"{_quoted(before)} . getenv({_quoted(name)})" if name else _quoted(before + NO_KEY)
        headers.insert(0, f"        {key},")
    call = _CALL % {
        "url": _quoted(address(preview, preview.url)),
        "headers": "\n".join(headers),
        "text": _TEXT_OF[preview.face],
    }
    return "\n".join(
        [
            "<?php",
            "// PHP 8.0 or newer with the curl extension.",
            *remarks(preview.media, "//"),
            *beforehand(preview, "//"),
            "$body = <<<'JSON'",
            json_source(marked, WIDTH),
            "JSON;",
            *_filled(files),
            call,
        ]
    )


def _filled(files: dict[str, str]) -> list[str]:
    """Put the contents of files in the place of their marks."""
    if not files:
        return []
    pairs = [
        f"    {_quoted(mark)} => base64_encode(file_get_contents({_quoted(name)}))," for mark, name in files.items()
    ]
    return ["$body = strtr($body, [", *pairs, "]);"]


def _quoted(text: str) -> str:
    """A single-quoted string, in which PHP knows only two escapes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
