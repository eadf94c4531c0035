"""litellm in a process of its own: it leaves threads and event loops behind that no other test should meet.

Lines of JSON in, lines of JSON out: each asks for one call and tells what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any


def main() -> None:
    """Answer until the input ends."""
    warnings.simplefilter("error", ResourceWarning)
    import litellm

    litellm.suppress_debug_info = True
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            told = globals()[f"_{asked.pop('how')}"](litellm, asked)
        except Exception as error:
            kinds = [kind.__name__ for kind in type(error).__mro__]
            told = {"error": kinds, "status": getattr(error, "status_code", None), "text": str(error)}
        print(json.dumps(told), flush=True)


def _completion(litellm: Any, asked: dict[str, Any]) -> dict[str, Any]:
    messages = asked["messages"]
    reply = litellm.completion(**asked)
    if asked.get("stream"):
        chunks = list(reply)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        reply = litellm.stream_chunk_builder(chunks, messages=messages)
        if reply is None:
            return {"streamed": text}
        return {"reply": reply.model_dump(), "streamed": text, "pieces": len(chunks)}
    return {"reply": reply.model_dump()}


def _messages(litellm: Any, asked: dict[str, Any]) -> dict[str, Any]:
    async def run() -> Any:
        try:
            return dict(await litellm.anthropic_messages(**asked))
        finally:
            await litellm.close_litellm_async_clients()

    return {"reply": asyncio.run(run())}


def _models(litellm: Any, asked: dict[str, Any]) -> dict[str, Any]:
    return {"models": litellm.get_valid_models(**asked)}


if __name__ == "__main__":
    main()
