"""Python types as schemas: their JSON schema, and values made of JSON, both by pydantic.

pydantic is loaded when the first type is read.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from minimax_nb.errors import RequestError
from minimax_nb.wire.loose import one_line

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Check = Callable[[Any], tuple[Any, list[str]]]
"""A JSON value to the type's own value and no complaints, or to None and the complaints, a line each."""

_INPUT, _LINE = 60, 240


def typed(kind: object) -> tuple[str, dict[str, Any], Check]:
    """A type's name, its JSON schema as pydantic writes it, and the check of a value.

    Raises:
        RequestError: pydantic can make no schema of it.
    """
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError
    from pydantic_core import SchemaError

    # pydantic would evaluate a text as code, and call a function with what the model wrote.
    if kind is None or isinstance(
        kind, str | bytes | types.FunctionType | types.BuiltinFunctionType | types.MethodType
    ):
        raise RequestError(f"{one_line(repr(kind), 60)} is no schema.", hint=_HINT)
    if hasattr(type(kind), "__pydantic_core_schema__"):  # older versions of pydantic take it for its class
        name = type(kind).__name__
        raise RequestError(f"One {name} is no schema.", hint=f"Give the class {name} itself.")
    name = _name(kind)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(_for_this_python(kind, ()))
        schema = adapter.json_schema(schema_generator=_generator())
    except (PydanticUserError, PydanticUndefinedAnnotation, NameError, TypeError, ValueError, SchemaError) as error:
        said = one_line(str(error).split("\n", maxsplit=1)[0], 200)
        raise RequestError(f"No schema can be made of {name}: {said}", hint=_HINT) from None
    return name, schema, _checking(adapter)


_HINT = "Give a pydantic model, a dataclass, a TypedDict, a type such as list[Model], or a JSON schema as a dict."


def _generator() -> type[Any]:
    from pydantic.json_schema import GenerateJsonSchema

    class Quiet(GenerateJsonSchema):
        """Says nothing of defaults that JSON cannot write; they are left out."""

        ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own form

    return Quiet


def _checking(adapter: Any) -> Check:  # noqa: ANN401
    from pydantic import ValidationError

    def check(value: object) -> tuple[Any, list[str]]:
        try:
            # As JSON, not as Python values: a strict model takes a date's text there, and a tuple an array.
            return adapter.validate_json(json.dumps(value)), []
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)
            return None, [_line(one) for one in found]
        except Exception as error:  # noqa: BLE001 - a model's own validators run here
            return None, [one_line(f"checking it failed with {type(error).__name__}: {error}", _LINE)]

    return check


def _line(error: ErrorDetails) -> str:
    """One complaint: where, what, and what stood there."""
    where = ""
    for step in error["loc"]:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    what = one_line(error["msg"], _LINE)
    held = error["input"]
    if error["type"] != "missing" and (held is None or isinstance(held, str | int | float)):
        what += f" (it was {one_line(json.dumps(held, ensure_ascii=False), _INPUT)})"
    return f"{where}: {what}" if where else what


def _name(kind: Any) -> str:  # noqa: ANN401
    """What a type is called: ``list[Person]`` is list_Person, ``Person | None`` is Person."""
    arguments = get_args(kind)
    origin = get_origin(kind)
    if origin is Literal:
        return "Literal"
    if origin is Annotated:
        return _name(arguments[0])
    if origin in {Union, types.UnionType}:
        return "_or_".join(_name(part) for part in arguments if part is not type(None))
    own = getattr(origin or kind, "__name__", None) or one_line(repr(kind), 40)
    return "_".join([own, *(_name(part) for part in arguments if part is not ...)])


def _for_this_python(kind: Any, above: tuple[object, ...]) -> Any:  # noqa: ANN401
    """The type, with each ``typing.TypedDict`` in it from ``typing_extensions``: before 3.12 pydantic wants those."""
    if sys.version_info >= (3, 12):
        return kind
    if is_typeddict(kind):
        return _typed_dict(kind, above) if type(kind).__module__ == "typing" else kind
    arguments, origin = get_args(kind), get_origin(kind)
    if not arguments or origin is Literal:
        return kind
    changed = tuple(_for_this_python(part, above) for part in arguments)
    if changed == arguments:
        return kind
    if origin is Annotated:
        return Annotated[(changed[0], *kind.__metadata__)]
    return Union[changed] if origin in {Union, types.UnionType} else origin[changed]  # noqa: UP007


def _typed_dict(kind: Any, above: tuple[object, ...]) -> Any:  # noqa: ANN401
    from typing_extensions import TypedDict

    if kind in above:
        raise RequestError(
            f"{kind.__name__} holds itself, which pydantic cannot read in this Python.",
            hint="Take TypedDict from typing_extensions, or use a pydantic model.",
        )
    fields = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        said = get_origin(hint)
        needed = said is Required or (said is not NotRequired and name in kind.__required_keys__)
        plain = get_args(hint)[0] if said in {Required, NotRequired} else hint
        changed = _for_this_python(plain, (*above, kind))
        fields[name] = Required[changed] if needed else NotRequired[changed]
    twin = TypedDict(kind.__name__, fields)  # type: ignore[misc]
    twin.__doc__ = kind.__doc__
    return twin
