"""Coverage-guided fuzzing of everything that reads bytes from a server (Linux, with ``pip install atheris``).

Run it from the repository's folder; options are libFuzzer's::

    python -m tests.fuzz.target -max_total_time=600

It begins with the seeds and the corpus of this folder, keeps what it finds in a temporary folder or in the folder that
is named first on the command line, and stops at the first input that breaks a promise (``tests/fuzz/oracle.py``). Such
an input goes into ``corpus/``, where ``test_corpus.py`` replays it with the ordinary tests.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

_WORDS = (
    *('data: ', 'event: error', '\\x0a\\x0a', '\\x0d', '[DONE]', '```'),
    *('<think>', '</think>', '<mm:think>', '</mm:think>', '<minimax:tool_call>', '</minimax:tool_call>'),
    *(']<]minimax[>[', '<tool_call>', '</tool_call>', '<invoke name=', ']<]minimax[>[</tool_call>'),
    *('"choices":[{', '"delta":{', '"content":"', '"reasoning_content":"', '"reasoning_details":[{', '"tool_calls":[{'),
    *('"index":', '"function":{', '"arguments":"', '"finish_reason":"', '"usage":{', '"base_resp":{"status_code":'),
    *('"status":"error"', '"messege":"', '"error":{', '"message_start"', '"content_block_start"', '"message_delta"'),
    *('"content_block_delta"', '"content_block_stop"', '"message_stop"', '"type":"', '"thinking_delta"', '"signature"'),
    *('"tool_use"', '"input_json_delta"', '"partial_json":"', 'null', 'NaN', '1e999', '\\xed\\xa0\\x80', '\\\\ud800'),
    *('test-key-for-nobody', '\\xef\\xbb\\xbf', '"retry_after":', '"created_at":"', '"data":[{"id":"'),
    '"input_tokens":',
)  # fmt: skip


def main(arguments: list[str]) -> None:
    """Fuzz until libFuzzer's options say stop.

    Raises:
        SystemExit: atheris is not installed.
    """
    try:
        import atheris
    except ImportError:
        raise SystemExit("Fuzzing needs atheris, which is there for Linux: pip install atheris") from None
    with atheris.instrument_imports(include=["minimax_nb"]):
        from tests.fuzz import oracle, seeds
    with tempfile.TemporaryDirectory() as folder:
        begin, words = Path(folder, "seeds"), Path(folder, "words")
        begin.mkdir()
        for number, seed in enumerate(seeds.seeds()):
            (begin / f"{number:04}").write_bytes(seed)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in _WORDS), encoding="utf-8")
        options = [name for name in arguments if name.startswith("-")]
        folders = [name for name in arguments if not name.startswith("-")] or [str(Path(folder, "found"))]
        Path(folders[0]).mkdir(parents=True, exist_ok=True)
        atheris.Setup(
            [
                sys.argv[0],
                f"-dict={words}",
                "-timeout=20",
                "-rss_limit_mb=2048",
                "-max_len=4096",
                *options,
                *folders,
                str(begin),
                str(seeds.CORPUS),
            ],
            oracle.judge,
        )
        atheris.Fuzz()


def _escaped(word: str) -> str:
    return word.replace('"', '\\"')


if __name__ == "__main__":
    main(sys.argv[1:])
