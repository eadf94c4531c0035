"""What the services refuse, with their own codes and, where they are known, their own words."""

from __future__ import annotations

import json

import pytest

from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, error_of, send, value_of

USER = {"role": "user", "content": "hi"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
ANSWERING = {"role": "tool", "tool_call_id": "call_1", "content": "42"}
USING = {"role": "assistant", "content": [{"type": "tool_use", "id": "call_1", "name": "f", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "call_1", "content": "42"}


def refused_openai(answer) -> str:
    status, kind, message = error_of(answer)
    assert (status, kind) == (400, "bad_request_error")
    assert value_of(answer)["error"]["http_code"] == "400"
    assert message.startswith("invalid params, ")
    assert message.endswith(" (2013)")
    return message.removeprefix("invalid params, ").removesuffix(" (2013)")


def refused_anthropic(answer) -> str:
    status, kind, message = error_of(answer)
    assert (status, kind) == (400, "invalid_request_error")
    assert "http_code" not in value_of(answer)["error"]
    return message.removeprefix("invalid params, ").removesuffix(" (2013)")


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([{"role": "system", "content": "a"}, {"role": "system", "content": "b"}, USER], "invalid chat setting"),
        ([USER, {"role": "system", "content": "a"}], "chat content has invalid message role: system"),
        ([{"role": "developer", "content": "a"}, USER], "chat content has invalid message role: developer"),
        ([{"role": "group", "content": "a"}, USER], "chat content has invalid message role: group"),
        ([{"role": "user", "content": ""}], "chat content is empty"),
        ([{"role": "user"}], "chat content is empty"),
        ([{"role": "user", "content": []}], "chat content is empty"),
        ([USER, {**CALLING, "content": ""}, ANSWERING], "chat content is empty"),
        ([USER, {"role": "assistant", "content": ""}, USER], "chat content is empty"),
        ([USER, CALLING, {**ANSWERING, "content": ""}], "chat content is empty"),
        ([USER, CALLING, USER, ANSWERING], "tool call result does not follow tool call"),
        ([USER, CALLING, {**ANSWERING, "tool_call_id": "x"}], "tool result's tool id(x) not found"),
        ([USER, ANSWERING], "tool result's tool id(call_1) not found"),
        (
            [USER, {**CALLING, "tool_calls": [CALL | {"function": {"name": "f", "arguments": "{"}}]}, ANSWERING],
            "invalid function arguments json string, tool_call_id: call_1",
        ),
        ([{"role": "user", "content": [{"type": "input_audio"}]}], "history message not support audio"),
        ([], "binding: expr_path=messages, cause=missing required parameter"),
    ],
)
def test_message_rules_of_the_openai_protocol(messages: list[object], said: str) -> None:
    assert refused_openai(ask(OPENAI, messages)) == said


def test_conversations_that_keep_the_rules_are_taken() -> None:
    other = json.loads(json.dumps(CALL).replace("call_1", "call_2"))
    both = {**CALLING, "tool_calls": [CALL, other]}
    for messages in (
        [{"role": "system", "content": "a"}, USER],
        [USER, CALLING, ANSWERING],
        [USER, {k: v for k, v in CALLING.items() if k != "content"}, ANSWERING, {"role": "assistant", "content": "x"}],
        [USER, both, {**ANSWERING, "tool_call_id": "call_2"}, ANSWERING],
        [{"role": "user", "name": "Ada", "content": [{"type": "text", "text": "hi"}]}],
    ):
        assert ask(OPENAI, messages).status == 200


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([{"role": "system", "content": "a"}, USER], "chat content has invalid message role: system"),
        ([{"role": "user", "content": ""}], "chat content is empty"),
        ([{"role": "user", "content": []}], "chat content is empty"),
        ([USER, USING, {"role": "user", "content": [RESULT | {"content": ""}]}], "chat content is empty"),
        ([USER, {"role": "user", "content": [RESULT]}], "tool result's tool id(call_1) not found"),
        ([USER, USING, USER, {"role": "user", "content": [RESULT]}], "tool call result does not follow tool call"),
        (
            [USER, USING, {"role": "user", "content": [RESULT, {"type": "text", "text": "and"}]}],
            "tool call result does not follow tool call",
        ),
        ([{"role": "user", "content": [{"type": "document"}]}], "content type 'document' is not supported"),
        ([], "binding: expr_path=messages, cause=missing required parameter"),
    ],
)
def test_message_rules_of_the_anthropic_protocol(messages: list[object], said: str) -> None:
    assert refused_anthropic(ask(ANTHROPIC, messages)) == said


def test_extra_text_in_a_message_after_the_results_is_taken() -> None:
    assert ask(ANTHROPIC, [USER, USING, {"role": "user", "content": [RESULT]}, USER]).status == 200


@pytest.mark.parametrize("model", ["minimax-m2.7-fast", "minimax-m3", "MiniMax-M3-highspeed", "gpt-9"])
def test_an_unknown_model_is_named(model: str) -> None:
    assert refused_openai(ask(OPENAI, model=model)) == f"unknown model '{model}'"
    assert refused_anthropic(ask(ANTHROPIC, model=model)) == f"unknown model '{model}'"


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"model": ', "Syntax error at index 10"),
        (b"", "Syntax error at index 0"),
        (b"\xff\xfe", "Syntax error at index 0"),
        (b"[" * 100_000, "Syntax error at index 0"),
        (b'{"temperature": NaN}', "Syntax error at index 0"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Syntax error at index 0"),
        (b"[]", "Mismatch type object with value array"),
        (b"{}", "binding: expr_path=model, cause=missing required parameter"),
        (b'{"model": "MiniMax-M3"}', "binding: expr_path=messages, cause=missing required parameter"),
        (b'{"model": "MiniMax-M3", "messages": "hi"}', "Mismatch type messages with value string"),
        (b'{"model": "MiniMax-M3", "messages": [1]}', "Mismatch type messages with value number"),
    ],
)
def test_bodies_that_are_no_request(path: str, body: bytes, said: str) -> None:
    refused = refused_openai if path == OPENAI else refused_anthropic
    assert refused(send(path, body)) == said


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"temperature": 2.5}, "temperature must be in [0, 2]"),
        ({"temperature": -0.1}, "temperature must be in [0, 2]"),
        ({"top_p": 1.5}, "top_p must be in [0, 1]"),
        ({"temperature": "hot"}, "Mismatch type temperature with value string"),
        ({"max_tokens": 600_000}, "model[MiniMax-M3] does not support max tokens > 524288"),
        ({"max_tokens": 0}, "max tokens must be at least 1"),
        ({"max_tokens": True}, "Mismatch type max_tokens with value bool"),
        ({"thinking": True}, "Mismatch type thinking with value bool"),
        ({"thinking": {"type": "sometimes"}}, "unknown thinking type 'sometimes'"),
        ({"stream": 1}, "Mismatch type stream with value number"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "function name or parameters is empty"),
    ],
)
def test_parameters_out_of_range(path: str, fields: dict[str, object], said: str) -> None:
    refused = refused_openai if path == OPENAI else refused_anthropic
    assert refused(ask(path, **fields)) == said


def test_limits_are_the_models_own() -> None:
    said = "model[MiniMax-M2.7] does not support max tokens > 204800"
    assert refused_openai(ask(OPENAI, model="MiniMax-M2.7", max_completion_tokens=204_801)) == said
    assert ask(OPENAI, model="MiniMax-M2.7", max_completion_tokens=204_800).status == 200
    assert refused_anthropic(ask(ANTHROPIC, model="M2-her", max_tokens=2049)).endswith("> 2048")


@pytest.mark.parametrize("model", ["MiniMax-M3.1-Flash", "MiniMax-M3.1-Flash-Preview"])
def test_flash_cannot_be_told_not_to_think(model: str) -> None:
    said = f"model[{model}] requires adaptive thinking, 'disabled' is not supported"
    assert refused_openai(ask(OPENAI, model=model, thinking={"type": "disabled"})) == said
    assert refused_anthropic(ask(ANTHROPIC, model=model, thinking={"type": "disabled"})) == said


def test_more_rules_of_the_openai_protocol() -> None:
    assert refused_openai(ask(OPENAI, reasoning_split=1)) == "Mismatch type reasoning_split with value number"
    assert refused_openai(ask(OPENAI, tools=[{"type": "retrieval"}])) == "invalid tool type: retrieval"
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    system_only = [{"role": "system", "content": "a"}]
    assert refused_openai(ask(OPENAI, system_only, tools=[tool])) == "chat content is empty"


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M3.1-Flash"])
def test_an_effort_is_taken_everywhere_and_thinking_goes_on(path: str, model: str) -> None:
    for effort in ("none", "low", "max"):
        fields = {"reasoning_effort": effort} if path == OPENAI else {"output_config": {"effort": effort}}
        value = value_of(ask(path, model=model, thinking={"type": "adaptive"}, **fields))
        thought = json.dumps(value)
        assert "<think>" in thought or '"thinking": ' in thought


def test_a_format_is_refused_where_the_model_has_none() -> None:
    wanted = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    said = "output_config.format is not supported"
    assert refused_anthropic(ask(ANTHROPIC, model="MiniMax-M2.7", output_config=wanted)) == said
    assert ask(ANTHROPIC, output_config=wanted).status == 200


def video(**knobs: object) -> list[object]:
    return [
        {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"} | knobs}]}
    ]


def test_a_frame_rate_has_its_place_and_its_range() -> None:
    assert ask(OPENAI, video(fps=2)).status == 200
    assert refused_openai(ask(OPENAI, video(fps=9))) == "fps must be in [0.2, 5]"
    outside = [
        {"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://e.com/a.mp4"}, "fps": 1}]}
    ]
    assert refused_openai(ask(OPENAI, outside)) == "fps must be inside the video source"


def test_a_picture_without_a_source_is_refused() -> None:
    assert "image_url.url" in refused_openai(ask(OPENAI, [{"role": "user", "content": [{"type": "image_url"}]}]))
    assert "image.source" in refused_anthropic(ask(ANTHROPIC, [{"role": "user", "content": [{"type": "image"}]}]))


PNG = "data:image/png;base64,"


def picture(path: str, url: str, **knobs: object) -> list[object]:
    """A message with one picture, sent by address or in base64."""
    if path == OPENAI:
        part: object = {"type": "image_url", "image_url": {"url": url, **knobs}}
    elif url.startswith("data:"):
        media_type, _, data = url[5:].partition(";base64,")
        part = {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data, **knobs}}
    else:
        part = {"type": "image", "source": {"type": "url", "url": url, **knobs}}
    return [{"role": "user", "content": [part]}]


def clip(path: str, url: str, **knobs: object) -> list[object]:
    """The same with a video."""
    named = json.dumps(picture(path, url, **knobs)).replace("image_url", "video_url").replace('"image"', '"video"')
    return list(json.loads(named))


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "tiff", "svg+xml", "jpg"])
def test_pictures_are_of_four_types(path: str, kind: str) -> None:
    answer = ask(path, picture(path, f"data:image/{kind};base64,aGVsbG8="))
    if kind in {"jpeg", "png", "gif", "webp"}:
        assert answer.status == 200
    else:
        assert f"unsupported image type 'image/{kind}'" in error_of(answer)[2]


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("kind", ["mp4", "avi", "x-msvideo", "x-matroska", "mov", "quicktime", "webm"])
def test_a_mov_in_base64_is_video_mov(path: str, kind: str) -> None:
    answer = ask(path, clip(path, f"data:video/{kind};base64,aGVsbG8="))
    assert answer.status == (400 if kind in {"quicktime", "webm"} else 200)


@pytest.mark.parametrize("path", FACES)
def test_pictures_have_a_largest_size(path: str) -> None:
    most = 10 * 1024 * 1024 * 4 // 3 // 4 * 4
    assert ask(path, picture(path, PNG + "A" * (most - 4))).status == 200
    assert error_of(ask(path, picture(path, PNG + "A" * (most + 8))))[0] == (413 if path == ANTHROPIC else 400)


@pytest.mark.parametrize("path", FACES)
def test_addresses_of_media(path: str) -> None:
    for url, picture_status, clip_status in (
        ("https://example.com/a", 200, 200),
        ("http://example.com/a", 200, 200),
        ("mm_file://123", 400, 400),
        ("file:///etc/passwd", 400, 400),
        ("cat.png", 400, 400),
    ):
        assert ask(path, picture(path, url)).status == picture_status
        assert ask(path, clip(path, url)).status == clip_status


@pytest.mark.parametrize("path", FACES)
def test_knobs_of_media(path: str) -> None:
    url = "https://example.com/a"
    for detail, status in (("low", 200), ("default", 200), ("high", 200), ("auto", 400)):
        assert ask(path, picture(path, url, detail=detail)).status == status
    for side, status in ((1, 200), (1008, 200), (0, 400), (2.5, 400), ("big", 400)):
        assert ask(path, picture(path, url, max_long_side_pixel=side)).status == status
    for fps, status in ((0.2, 200), (5, 200), (0.1, 400), (5.1, 400), ("1", 400)):
        assert ask(path, clip(path, url, fps=fps)).status == status


def test_a_conversation_longer_than_the_window_is_refused() -> None:
    words = "word " * 170_000
    assert refused_openai(ask(OPENAI, words, model="MiniMax-M2.7")) == "context window exceeds limit"
    assert ask(OPENAI, words).status == 200


def test_a_body_over_64_mb() -> None:
    body = b" " * (64 * 1024 * 1024 + 1)
    status, kind, _ = error_of(send(ANTHROPIC, body))
    assert (status, kind) == (413, "request_too_large")
    assert refused_openai(send(OPENAI, body)) == "context window exceeds limit"


@pytest.mark.parametrize("role", ["user_system", "group", "sample_message_user", "sample_message_ai"])
def test_the_roles_of_role_play_belong_to_one_model_and_need_a_name(role: str) -> None:
    messages = [{"role": role, "name": "Ada", "content": "a sailor"}, USER]
    assert ask(OPENAI, messages, model="M2-her").status == 200
    assert refused_openai(ask(OPENAI, messages)).endswith(f"role: {role}")
    nameless = [{"role": role, "content": "a sailor"}, USER]
    assert refused_openai(ask(OPENAI, nameless, model="M2-her")) == f"message of role {role} needs a name"


def test_a_result_holds_text_and_pictures_and_nothing_else() -> None:
    picture = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}

    def result(*content: object) -> list[object]:
        return [USER, USING, {"role": "user", "content": [RESULT | {"content": list(content)}]}]

    assert ask(ANTHROPIC, result({"type": "text", "text": "a"}, picture, picture)).status == 200
    assert ask(ANTHROPIC, result(picture)).status == 200
    assert refused_anthropic(ask(ANTHROPIC, result())) == "chat content is empty"
    assert refused_anthropic(ask(ANTHROPIC, result({**picture, "type": "video"}))).startswith("content type 'video'")
    far = {"type": "image", "source": {"type": "url", "url": "file:///a.png"}}
    assert refused_anthropic(ask(ANTHROPIC, result(far))) == "invalid image url"


COUNT = "/v1/responses/input_tokens"


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([{"role": "narrator", "content": "x"}], "chat content has invalid message role: narrator"),
        ([{"role": "user", "content": ""}], "chat content is empty"),
        ([{"role": "user", "content": []}], "chat content is empty"),
        ([{"type": "function_call_output", "call_id": "x", "output": "1"}], "tool result's tool id(x) not found"),
        (["hi"], "Mismatch type input with value string"),
        ([], "binding: expr_path=input, cause=missing required parameter"),
    ],
)
def test_an_input_to_count_is_refused_where_it_is_no_conversation(items: list[object], said: str) -> None:
    assert refused_openai(send(COUNT, {"model": "MiniMax-M3", "input": items})) == said


@pytest.mark.parametrize("path", [COUNT, f"/cn{COUNT}"])
def test_calls_of_one_turn_are_counted_as_on_the_other_paths(path: str) -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    items = [
        {"role": "user", "content": "hi"},
        {"type": "reasoning", "summary": []},
        {"role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        *({**call, "call_id": f"call_{at}"} for at in (1, 2)),
        *({"type": "function_call_output", "call_id": f"call_{at}", "output": "42"} for at in (1, 2)),
    ]
    other = json.loads(json.dumps(CALL).replace("call_1", "call_2"))
    both = {**CALLING, "content": "I look.", "tool_calls": [CALL, other]}
    reply = value_of(ask(OPENAI, [USER, both, ANSWERING, {**ANSWERING, "tool_call_id": "call_2"}]))
    counted = value_of(send(path, {"model": "MiniMax-M3", "input": items}))
    assert counted == {"object": "response.input_tokens", "input_tokens": reply["usage"]["prompt_tokens"]}


@pytest.mark.parametrize("depth", [300, 900, 990, 5_000, 100_000])
def test_a_request_nested_too_deeply_is_refused(depth: int) -> None:
    schema = b'{"properties":{"a":' * depth + b"{}" + b"}}" * depth
    body = b'{"model":"MiniMax-M3","messages":[{"role":"user","content":"/emulate tool=f"}],"tools":[%b]}'
    tool = b'{"name":"f","input_schema":%b}' % schema
    assert send(ANTHROPIC, body % tool).status in {200, 400}


@pytest.mark.parametrize("path", FACES)
def test_half_a_character_in_a_prompt_stops_nothing(path: str) -> None:
    answer = send(path, b'{"model":"MiniMax-M3","messages":[{"role":"user","content":"a \\ud800 b"}]}')
    assert answer.status == 200
    assert "a ? b" in json.dumps(value_of(answer), ensure_ascii=False)
