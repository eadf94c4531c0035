"""Token counts of both protocols as one :class:`~minimax_nb.messages.usage.Usage`.

On the OpenAI face ``prompt_tokens`` includes cached tokens and ``completion_tokens`` the thinking; on the Anthropic
face ``input_tokens`` leaves cached tokens out (MiniMax reference pages of both faces, read 2026-11-20). A count that
is missing, negative, no whole number or beyond reason is unknown; so is a zero where the true count cannot be zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.messages.usage import Usage
from minimax_nb.wire.loose import mapping_of, whole_of

_NOTHING = Usage()
_INPUT = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def openai_usage(usage: Mapping[str, Any]) -> Usage | None:
    """What the ``usage`` object of a chunk or completion tells, or None if that is nothing."""
    prompt, completion = whole_of(usage.get("prompt_tokens")), whole_of(usage.get("completion_tokens"))
    total = whole_of(usage.get("total_tokens")) or None
    if not prompt:  # a prompt is never empty, so these are the zeros of a placeholder
        prompt, completion = None, completion or None
    details = mapping_of(usage.get("prompt_tokens_details"))
    cached, written = whole_of(details.get("cached_tokens")), whole_of(details.get("cache_creation_input_tokens"))
    if cached is None:  # the name the field has once a request used cache_control
        cached = whole_of(details.get("cache_read_input_tokens"))
    thinking = whole_of(mapping_of(usage.get("completion_tokens_details")).get("reasoning_tokens"))
    seen = Usage(
        input_tokens=prompt,
        cached_tokens=_part_of(prompt, cached),
        cache_write_tokens=_part_of(prompt, written),
        output_tokens=completion,
        thinking_tokens=_part_of(completion, thinking),
        reported_total=total,
    )
    return None if seen == _NOTHING else seen


def _part_of(whole: int | None, part: int | None) -> int | None:
    """The part, unless its whole is unknown or smaller."""
    return part if whole is not None and part is not None and part <= whole else None


class AnthropicCounts:
    """Merges the counts of ``message_start`` and ``message_delta``, field by field.

    Those of ``message_start`` are provisional: MiniMax sends zeros there, and counts it corrects later. Its zeros are
    unknown, and beside an unknown ``input_tokens`` its cache counts are not believed either. A cache count that is not
    sent adds nothing to the input; one that was sent and cannot be read leaves the whole input unknown.
    """

    __slots__ = ("_counts", "_told")

    def __init__(self) -> None:
        self._counts: dict[str, int | None] = {}
        self._told = _NOTHING

    def merge(self, usage: Mapping[str, Any], *, provisional: bool = False) -> Usage | None:
        """What is known after this ``usage`` object, or None if that is no more than before."""
        names = (*_INPUT, "output_tokens")
        sent = {name: whole_of(told) for name in names if (told := usage.get(name)) is not None}
        sent = {name: count for name, count in sent.items() if count is not None or name not in self._counts}
        if provisional:
            sent = {name: count for name, count in sent.items() if count}
        if not any(map(sent.get, _INPUT)) or (provisional and "input_tokens" not in sent):
            for name in _INPUT:
                sent.pop(name, None)
        self._counts |= sent
        now = self._usage()
        if now == self._told:
            return None
        self._told = now
        return now

    def _usage(self) -> Usage:
        counts = self._counts
        parts = [counts.get(name, 0) for name in _INPUT] if "input_tokens" in counts else [None]
        whole = None if None in parts else sum(filter(None, parts))
        return Usage(
            input_tokens=whole,
            cached_tokens=counts.get("cache_read_input_tokens"),
            cache_write_tokens=counts.get("cache_creation_input_tokens"),
            # a zero beside an unknown input is a placeholder
            output_tokens=counts.get("output_tokens") if whole else counts.get("output_tokens") or None,
        )
