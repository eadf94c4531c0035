"""What an endpoint can be asked for beside words: tools, replies in a format, role-play.

Each takes two to agree: the model must know it, and the protocol at this provider must be documented to carry it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.loader import load_catalog
from minimax_nb.catalog.nearest import listed
from minimax_nb.catalog.rows import Format, Model
from minimax_nb.errors import RequestError
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec

_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def takes_tools(endpoint: Endpoint) -> bool | None:
    """Whether tools can be offered here; None is unknown, and then they are sent and the service decides."""
    said = (endpoint.model.tools, endpoint.face.tools)
    if False in said:
        return False
    return True if all(said) else None


def takes_format(endpoint: Endpoint, wanted: Format) -> bool:
    """Whether a reply can be asked for in this format here; where it cannot, nothing of it is sent.

    Even where it can, a reply may come with code fences, prose or thinking around it (MiniMax-M3, June 2026).
    """
    return wanted in endpoint.model.formats and wanted in endpoint.face.formats


def takes_choice(endpoint: Endpoint, tool: str) -> bool:
    """Whether it can be said here which tool is to be called: "none", or the name of one."""
    return ("none" if tool == "none" else "named") in endpoint.face.tool_choices


def takes_scene(endpoint: Endpoint) -> bool:
    """Whether the setting of a role-play can be sent here."""
    return endpoint.model.scenes and endpoint.face.scenes


def models_that(endpoint: Endpoint, fits: Callable[[Model], bool]) -> list[str]:
    """The ids of the provider's models whose rows fit."""
    catalog, row = load_catalog(), endpoint.provider
    return [model_id for model_id, offer in row.models.items() if fits(catalog.model(model_id, offer))]


# -- held against a request --------------------------------------------------------------------------------------------


def check_tools(request: Request, endpoint: Endpoint) -> None:
    """Refuse tools that no service takes, and any where the model has none.

    Raises:
        RequestError: One sentence, and what to do instead.
    """
    if not request.tools:
        return
    if takes_tools(endpoint) is False:
        able = models_that(endpoint, lambda model: model.tools is True)
        raise RequestError(
            f"{endpoint.model_id} calls no tools.",
            hint=f"{listed(able, most=4, last='and')} can." if able else "Ask without tools.",
        )
    _check_specs(request.tools)
    choice = request.tool_choice
    names = [tool.name for tool in request.tools]
    if choice not in {None, "auto", "none", *names}:
        raise RequestError(f'There is no tool "{choice}" to choose.', hint=f"There are {listed(names, last='and')}.")


def _check_specs(tools: Sequence[ToolSpec]) -> None:
    seen: set[str] = set()
    for tool in tools:
        if not _TOOL_NAME.fullmatch(tool.name):
            raise RequestError(
                f"A tool cannot be called {tool.name!r}.", hint='A name has 1 to 64 letters, digits, "_" and "-".'
            )
        if tool.name in seen:
            raise RequestError(f"Two tools are called {tool.name}.", hint="Give one of them another name.")
        if tool.parameters.get("type", "object") != "object":
            raise RequestError(
                f"The arguments of the tool {tool.name} are described as {tool.parameters['type']!r}.",
                hint='Their JSON schema has the type "object".',
            )
        seen.add(tool.name)


def check_format(wanted: object) -> None:
    """Refuse a format that there is none of. Whether it can be sent is another matter (:func:`takes_format`).

    Raises:
        RequestError: It is neither None, "json" nor a schema.
    """
    if wanted is not None and wanted != "json" and not isinstance(wanted, JsonSchema):
        raise RequestError(f"There is no format {wanted!r}.", hint='It is "json", or a JSON schema.')


def check_scene(scene: Scene | None, endpoint: Endpoint) -> None:
    """Refuse the setting of a role-play where it cannot be sent, and one with half a sample.

    Raises:
        RequestError: One sentence, and the models that take it.
    """
    if scene is None:
        return
    if not endpoint.model.scenes:
        able = models_that(endpoint, lambda model: model.scenes)
        take = "takes" if len(able) == 1 else "take"
        can = f"{listed(able, most=4, last='and')} {take} it. " if able else ""
        raise RequestError(f"{endpoint.model_id} takes no scene of a role-play.", hint=f"{can}Or ask without one.")
    if not endpoint.face.scenes:
        faces = [name for name, face in endpoint.provider.faces.items() if face.scenes]
        hint = f"Use the {listed(faces, last='or')} protocol." if faces else "Ask without a scene."
        raise RequestError(
            f"No page says that {endpoint.provider.title} takes a scene over the {endpoint.face_name} protocol.",
            hint=hint,
        )
    for at, pair in enumerate(scene.samples, start=1):
        if len(pair) != 2 or not all(isinstance(line, str) and line.strip() for line in pair):
            raise RequestError(
                f"Sample {at} of the scene is not a pair of two lines.",
                hint="A sample is what the player says and what the character answers.",
            )


def tools_unknown(request: Request, endpoint: Endpoint) -> str:
    """A note where no page says that tools get through; a server of one's own serves what it was started for."""
    if not request.tools or endpoint.provider.any_model or takes_tools(endpoint) is not None:
        return ""
    return (
        f"No page says whether {endpoint.provider.title} passes tools on to {endpoint.model_id}; "
        "a reply that calls none may not have seen them."
    )


def unchosen(request: Request, endpoint: Endpoint) -> str:
    """A note where the choice of a tool cannot be said."""
    choice = request.tool_choice
    if not request.tools or choice in {None, "auto"} or takes_choice(endpoint, str(choice)):
        return ""
    what = "to call no tool" if choice == "none" else f"to call {choice}"
    return f"{endpoint.provider.title} cannot be told {what} ({endpoint.face_name} protocol); the model decides."
