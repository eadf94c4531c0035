"""Fifty chats that stream at once from one process: each gets its own words, and not a byte of another's."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.load.services import chat_at, emulator_service, raw_service

AT_ONCE = 50
FACES = ("anthropic", "openai")


def words(number: int) -> str:
    """A text that no other chat has a piece of as long as its mark: letters of several bytes, cut anywhere."""
    return " ".join(f"<{number:02d}·{word:03d}·Grüße·你好>" for word in range(120))


def prompt_for(service: str, text: str) -> str:
    return text if service == "raw" else f"/emulate delay-ms=0,chunk-chars=5\n/emulate text={text}\nGo."


def service_of(name: str):
    return raw_service() if name == "raw" else emulator_service()


@pytest.mark.parametrize("service", ["raw", "emulator"])
def test_fifty_threads_stream_at_once_and_mix_no_byte(service):
    texts: dict[int, str] = {}
    failures: list[BaseException] = []
    gate = threading.Barrier(AT_ONCE)  # nobody reads on before everybody has begun: all streams are open at once

    def run(number: int, urls: dict[str, str]) -> None:
        try:
            with chat_at(urls, FACES[number % 2]).stream(prompt_for(service, words(number))) as stream:
                pieces = stream.text_stream
                first = next(pieces)
                gate.wait(60)
                texts[number] = first + "".join(pieces)
                assert stream.reply.text == texts[number]
        except BaseException as error:
            failures.append(error)
            gate.abort()

    with service_of(service) as urls:
        threads = [threading.Thread(target=run, args=(number, urls)) for number in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    assert texts == {number: words(number) for number in range(AT_ONCE)}


@pytest.mark.parametrize("service", ["raw", "emulator"])
def test_fifty_coroutines_stream_at_once_and_mix_no_byte(service):
    async def run(number: int, urls: dict[str, str], begun: list[int], everybody: asyncio.Event) -> str:
        async with chat_at(urls, FACES[number % 2]).stream_async(prompt_for(service, words(number))) as stream:
            pieces: list[str] = []
            async for piece in stream.text_stream:
                pieces.append(piece)
                if len(pieces) == 1:
                    begun.append(number)
                    if len(begun) == AT_ONCE:
                        everybody.set()
                    await everybody.wait()
            assert stream.reply.text == "".join(pieces)
            return stream.reply.text

    async def all_of_them(urls: dict[str, str]) -> list[str]:
        begun: list[int] = []
        everybody = asyncio.Event()
        async with asyncio.timeout(60):
            return await asyncio.gather(*(run(number, urls, begun, everybody) for number in range(AT_ONCE)))

    with service_of(service) as urls:
        assert asyncio.run(all_of_them(urls)) == [words(number) for number in range(AT_ONCE)]
