"""OpenAPI 3.1 from the routes: what they take, what they answer, and each problem they may give."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.http import catalogue as codes
from shared.http import idempotency, position
from shared.http.fields import Schema
from shared.http.problems import CONTENT_TYPE, Kind
from shared.http.route import JSON, Route

VERSION = "1.0.0"
_TOKEN = (
    *(codes.TOKEN_MISSING, codes.TOKEN_MALFORMED, codes.TOKEN_ALGORITHM_REFUSED),
    *(codes.TOKEN_KEY_UNKNOWN, codes.TOKEN_SIGNATURE_WRONG, codes.TOKEN_EXPIRED),
    *(codes.TOKEN_NOT_YET_VALID, codes.TOKEN_ISSUER_WRONG, codes.TOKEN_AUDIENCE_WRONG),
    *(codes.TOKEN_CLAIMS_WRONG, codes.ROLE_REFUSED),
)
_BODY = (
    *(codes.BODY_BROKEN, codes.BODY_TOO_SLOW, codes.BODY_TOO_LARGE),
    *(codes.CONTENT_TYPE_WRONG, codes.CONTENT_ENCODING_WRONG),
)
_JSON_BODY = (codes.BODY_NOT_JSON, codes.BODY_TOO_DEEP, codes.INPUT_REFUSED)
_IDEMPOTENT = (
    *(codes.IDEMPOTENCY_KEY_MISSING, codes.IDEMPOTENCY_KEY_INVALID),
    *(codes.IDEMPOTENCY_KEY_REUSED, codes.STILL_RUNNING),
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "code", "title", "status", "detail", "detail_zh"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "code": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "English"},
        "detail_zh": {"type": "string", "description": "中文"},
        "pointer": {"type": "string", "description": "JSON pointer of the field"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail", "detail_zh"],
                "properties": {
                    name: {"type": "string"} for name in ("pointer", "code", "detail", "detail_zh")
                },
            },
        },
    },
}


def describe(title: str, routes: Sequence[Route]) -> bytes:
    """The document as JSON bytes, the same for the same routes."""
    plugin = MarshmallowPlugin()
    spec = APISpec(title, VERSION, "3.1.0", plugins=[plugin])
    if plugin.converter is not None:
        plugin.converter.add_attribute_function(_strict)  # type: ignore[no-untyped-call]
    spec.components.schema("Problem", _PROBLEM)
    spec.components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    for route in routes:
        spec.path(route.path, operations={route.method.lower(): _operation(route)})
    return orjson.dumps(spec.to_dict(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


def problems_of(route: Route) -> tuple[Kind, ...]:
    """Every problem that the route may answer with, those of the edge included."""
    kinds: list[Kind] = [codes.REQUEST_WRONG, codes.OVERLOADED, codes.INTERNAL, codes.UNAVAILABLE]
    kinds += [codes.QUERY_REFUSED] if route.query is None else [codes.INPUT_REFUSED]
    kinds += _TOKEN if route.roles else ()
    kinds += _BODY if route.request or route.stream else ()
    kinds += _JSON_BODY if route.request else ()
    kinds += _IDEMPOTENT if route.idempotent else ()
    kinds += (codes.POSITION_INVALID, codes.NOT_YET_VISIBLE) if route.reads_own_writes else ()
    kinds += [codes.NOT_READY] if route.path == "/readyz" else ()
    return tuple(dict.fromkeys((*kinds, *route.problems)))


def _strict(self: Any, field: Any, **_: Any) -> dict[str, Any]:
    return dict(getattr(field, "openapi", {}))


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": f"{route.en} / {route.zh}",
        "operationId": _operation_id(route),
        "parameters": _parameters(route),
        "responses": _responses(route),
        "x-roles": sorted(route.roles or ()),
    }
    if route.roles:
        operation["security"] = [{"token": []}]
    if route.request is not None:
        schema = {"schema": route.request}
        operation["requestBody"] = {"required": True, "content": {JSON: schema}}
    elif route.stream:
        binary = {"schema": {"type": "string", "maxLength": route.body_limit}}
        content = dict.fromkeys(route.stream, binary)
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    words = route.path.replace("{", "").replace("}", "").replace(".", "-").strip("/")
    return f"{route.method.lower()}-{words.replace('/', '-')}"


def _parameters(route: Route) -> list[dict[str, Any]]:
    listed = [_parameter("path", name, True) for name in route.variables]
    if route.idempotent:
        listed.append(_parameter("header", idempotency.HEADER, True, idempotency.MAX_KEY))
    if route.reads_own_writes:
        listed.append(_parameter("header", position.WAIT_HEADER, False, 8000))
    for name, found in _query_fields(route.query):
        listed.append(
            {
                "in": "query",
                "name": name,
                "required": found.required,
                "schema": _strict(None, found),
            }
        )
    return listed


def _query_fields(query: Schema | None) -> Iterable[tuple[str, Any]]:
    return query.fields.items() if query is not None else ()


def _parameter(place: str, name: str, required: bool, longest: int = 120) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {"in": place, "name": name, "required": required, "schema": schema}


def _responses(route: Route) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done / 成功"}
    other = {} if route.response_type == JSON else {"type": "string"}
    shape: Any = route.response if route.response is not None else other
    done["content"] = {route.response_type: {"schema": shape}}
    if route.idempotent:
        text = {"type": "string", "description": "<topic>/<partition>/<seq>"}
        done["headers"] = {position.ANSWER_HEADER: {"schema": text}}
    responses = {str(status): done for status in sorted((route.status, *route.also))}
    by_status: dict[int, list[str]] = {}
    for kind in problems_of(route):
        by_status.setdefault(kind.status, []).append(kind.code)
    for status, listed in sorted(by_status.items()):
        reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
        responses[str(status)] = {
            "description": ", ".join(listed),
            "content": {CONTENT_TYPE: reference},
        }
    return responses
