"""Provider ``http``: any service that answers HTTP, with templates for the request and JavaScript for the answer."""

import asyncio
import base64
import re
from typing import TYPE_CHECKING, Any

from assay.core.errors import BadInput, ConnectionFailed, TimedOut
from assay.evaluate.answer_body import read_body
from assay.evaluate.promptfoo.paths import is_code
from assay.evaluate.promptfoo.providers.caller import Asked, Given
from assay.evaluate.promptfoo.providers.code import response_of
from assay.evaluate.promptfoo.script_text import json_text, parse_json
from assay.evaluate.promptfoo.scripting import NOTHING, failed, has_tags, render_deep
from assay.evaluate.promptfoo.types import Json, ProviderSpec, Response

if TYPE_CHECKING:
    import aiohttp

_KNOWN = frozenset(
    [
        "url",
        "method",
        "headers",
        "body",
        "queryParams",
        "transformResponse",
        "responseParser",
        "transformRequest",
        "validateStatus",
        "auth",
        "maxRetries",
    ]
)
_AUTHS = ("bearer", "basic", "api_key")
_FUNCTION = re.compile(r"(?:async\s+)?(?:\(.*?\)\s*=>|\w+\s*=>|function\b)", re.DOTALL)
_TRIED_AGAIN = (429, 502, 503, 504)
_MAX_PAUSE_S = 20.0
_MAX_ANSWER_BYTES = 20_000_000


class Http:
    """One service.

    Raises:
        BadInput: No address, or a setting that is not supported.
    """

    kept = True

    def __init__(self, spec: ProviderSpec, given: Given) -> None:
        self._spec = spec
        self._given = given
        self._config = spec.config
        self._url = spec.config.get("url") or spec.kind
        _check(spec, self._url)

    def shaping(self, asked: Asked) -> list[object]:
        """The variables, as the request may hold any of them."""
        return [asked.values, asked.config]

    async def call(self, asked: Asked) -> Response:
        """The service's answer, transformed."""
        values = {**asked.values, "prompt": asked.text}
        for name in ("tools", "tool_choice"):
            if (setting := asked.config.get(name, self._config.get(name))) is not None:
                values[name] = setting if isinstance(setting, str) else json_text(setting)
        text = await self._transformed_request(asked, values)
        headers = await self._headers(values)
        method = await self._render(str(self._config.get("method") or "GET"), values)
        body = None if method.upper() == "GET" else await self._body(headers, text, values)
        query = await render_deep(self._given.scripts, self._config.get("queryParams") or {}, values)
        auth = await render_deep(self._given.scripts, self._config.get("auth") or {}, values)
        if auth.get("type") == "api_key" and auth.get("placement") == "query":
            query[str(auth.get("keyName", ""))] = str(auth.get("value", ""))
        url = await self._render(str(self._url), values)
        status, said, answer = await self._send(method.upper(), url, headers=headers, body=body, query=query)
        await self._check_status(status, answer)
        return await self._response(answer, status, said)

    async def _render(self, text: str, values: Json) -> str:
        return await self._given.scripts.render(text, values) if has_tags(text) else text

    async def _headers(self, values: Json) -> dict[str, str]:
        body = self._config.get("body")
        found: dict[str, str] = {}
        if isinstance(body, dict | list):
            found["content-type"] = "application/json"
        elif isinstance(body, str):
            found["content-type"] = "application/x-www-form-urlencoded"
        for name, value in (self._config.get("headers") or {}).items():
            found[name.lower()] = await self._render(str(value), values)
        auth = await render_deep(self._given.scripts, self._config.get("auth") or {}, values)
        if auth.get("type") == "bearer":
            found["authorization"] = f"Bearer {auth.get('token', '')}"
        elif auth.get("type") == "basic":
            pair = f"{auth.get('username', '')}:{auth.get('password', '')}"
            found["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif auth.get("type") == "api_key" and auth.get("placement") != "query":
            found[str(auth.get("keyName", "")).lower()] = str(auth.get("value", ""))
        return found

    async def _transformed_request(self, asked: Asked, values: Json) -> Any:
        code = self._config.get("transformRequest")
        if not code:
            return asked.text
        if isinstance(code, str) and code.startswith("file://"):
            return await self._given.scripts.call(self._given.files.code(code), asked.text, values, asked.context())
        code = code.strip()
        if _FUNCTION.match(code):
            body = f"return ({code})(prompt, vars, context);"
        else:
            body = code if re.search(r"\breturn\b", code) else f"return ({code});"
        return await self._given.scripts.javascript(
            body, ("prompt", "vars", "context"), asked.text, values, asked.context()
        )

    async def _body(self, headers: dict[str, str], text: Any, values: Json) -> str | None:
        body = self._config.get("body")
        values = {**values, "prompt": text}
        if "json" in headers.get("content-type", ""):
            if isinstance(text, dict | list):
                return json_text(
                    {**(body if isinstance(body, dict) else {}), **text} if isinstance(text, dict) else text
                )
            if body is None:
                return None
            if isinstance(body, str):
                return await self._json_template(body, values)
            return json_text(_unpacked(await render_deep(self._given.scripts, body, values)))
        if body is None:
            return None
        return (await self._render(body if isinstance(body, str) else json_text(body), values)).strip()

    async def _json_template(self, body: str, values: Json) -> str:
        """A body that is JSON as text: where a value breaks it, the values are escaped."""
        rendered = await self._render(body, values)
        try:
            return json_text(parse_json(rendered))
        except ValueError:
            escaped = {n: json_text(v)[1:-1] if isinstance(v, str) else v for n, v in values.items()}
            rendered = await self._render(body, escaped)
        try:
            return json_text(parse_json(rendered))
        except ValueError:
            raise failed("the body is no JSON once its variables are filled in", "promptfoo.http_body") from None

    async def _send(
        self, method: str, url: str, *, headers: dict[str, str], body: str | None, query: Json
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of the answer; a service that is busy is asked again."""
        import aiohttp  # noqa: PLC0415 - it costs start-up time, and few configurations need it

        tries = max(1, int(self._config.get("maxRetries") or 4))
        timeout = aiohttp.ClientTimeout(total=self._given.timeout_s)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout) as session:
            for attempt in range(1, tries + 1):
                try:
                    status, said, text = await _exchange(session, method, url, headers=headers, body=body, query=query)
                except TimeoutError:
                    raise TimedOut(
                        f"no answer within {self._given.timeout_s:g} s", code="promptfoo.http_timeout", attempts=attempt
                    ) from None
                except (aiohttp.ClientError, ValueError) as error:
                    if attempt == tries or isinstance(error, ValueError):
                        raise ConnectionFailed(
                            f"the service cannot be reached: {type(error).__name__}",
                            hint="check the provider's url",
                            code="promptfoo.http_connection",
                            attempts=attempt,
                        ) from None
                    status, said, text = 503, {}, ""
                if status not in _TRIED_AGAIN or attempt == tries:
                    break
                await asyncio.sleep(_pause_s(said, attempt))
        return status, said, text

    async def _check_status(self, status: int, text: str) -> None:
        code = self._config.get("validateStatus")
        if isinstance(code, str) and code:
            body = f"return ({code})(status);" if _FUNCTION.match(code.strip()) else f"return ({code});"
            good = bool(await self._given.scripts.javascript(body, ("status",), status))
        else:
            good = 200 <= status < 300
        if not good:
            raise failed(f"the service answered with status {status}: {text[:300]}", "promptfoo.http_status")

    async def _response(self, text: str, status: int, headers: dict[str, str]) -> Response:
        try:
            data = parse_json(text)
        except ValueError:
            data = None
        metadata: Json = {"http": {"status": status, "headers": headers}}
        found = await self._transformed(data, text, {"response": {"data": text, "status": status, "headers": headers}})
        if isinstance(found, dict) and ("output" in found or found.get("error")):
            own = response_of(found, "transformResponse")
            return _with_metadata(own, metadata)
        return Response(output=None if found is NOTHING else found, metadata=metadata, raw=text)

    async def _transformed(self, data: Any, text: str, context: Json) -> Any:
        code = self._config.get("transformResponse") or self._config.get("responseParser")
        if not code:
            return text if data is None else data
        scripts = self._given.scripts
        if code.startswith("file://") and is_code(code.rpartition(":")[0] if code.count(":") > 1 else code):
            return await scripts.call(self._given.files.code(code), data, text, context)
        code = code.strip()
        body = f"return ({code})(json, text, context);" if _FUNCTION.match(code) else f"return ({code});"
        return await scripts.javascript(body, ("json", "text", "context"), data, text, context)


async def _exchange(
    session: "aiohttp.ClientSession", method: str, url: str, *, headers: dict[str, str], body: str | None, query: Json
) -> tuple[int, dict[str, str], str]:
    async with session.request(
        method, url, headers=headers, data=None if body is None else body.encode(), params=query or None
    ) as answer:
        data = await read_body(answer, _MAX_ANSWER_BYTES)
        return answer.status, {n.lower(): v for n, v in answer.headers.items()}, data.decode("utf-8", "replace")


def _pause_s(headers: dict[str, str], attempt: int) -> float:
    wished = headers.get("retry-after", "")
    return min(_MAX_PAUSE_S, float(wished) if wished.isdigit() else 0.25 * 2**attempt)


def _with_metadata(response: Response, metadata: Json) -> Response:
    return Response(
        **{name: getattr(response, name) for name in Response.__struct_fields__ if name != "metadata"}
        | {"metadata": {**metadata, **response.metadata}}
    )


def _unpacked(value: Any) -> Any:
    """A body whose texts that are JSON themselves have become values."""
    if isinstance(value, dict):
        return {key: _unpacked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item) for item in value]
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return parse_json(value)
        except ValueError:
            return value
    return value


def _check(spec: ProviderSpec, url: Any) -> None:
    if not isinstance(url, str) or url in {"http", "https"}:
        raise BadInput(
            f"the provider {spec.id!r} has no url",
            hint="write config: {url: https://…}",
            code="promptfoo.http_url",
            where=spec.where,
        )
    for key in spec.config:
        if key not in _KNOWN and key not in {"tools", "tool_choice"}:
            raise BadInput(
                f"the setting {key!r} of the provider {spec.id!r} is not supported",
                hint=f"supported are {', '.join(sorted(_KNOWN))}",
                code="promptfoo.unsupported",
                where=spec.where,
            )
    kind = (spec.config.get("auth") or {}).get("type")
    if kind is not None and kind not in _AUTHS:
        raise BadInput(
            f"the authentication {kind!r} of the provider {spec.id!r} is not supported",
            hint=f"supported are {', '.join(_AUTHS)}",
            code="promptfoo.unsupported",
            where=spec.where,
        )
