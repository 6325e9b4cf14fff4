"""Who asks: a device, and the owner whose library it shows.

A browser becomes a device when it first writes something. A new visitor's reading is answered without a cookie: the
page reads several things at once when it opens, and were each answer to make a device of its own, one that comes late
would replace the cookie of the prompt that was just stored, and its story would be lost to its reader. Nor does a form
on another site make one: browsers send it without our cookie, and would let the answer replace it.

A cookie whose device has left (``DELETE /device``) is worth nothing, wherever a copy of it was kept.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prompt_api.devices.cookie import DeviceCookies
from prompt_api.devices.libraries import Libraries
from prompt_api.http.context import Visitor
from prompt_api.http.headers import header
from prompt_api.http.problems import Unavailable, problem_response
from storybot_common.database.unit_of_work import DatabaseUnavailable
from storybot_common.ids import new_id

_READING = frozenset({"GET", "HEAD"})


class Devices:
    """Middleware: puts the visitor into the request's state, and a cookie into the answer when it is due."""

    def __init__(self, app: ASGIApp, *, cookies: DeviceCookies, libraries: Libraries, prefix: str) -> None:
        self._app = app
        self._cookies = cookies
        self._libraries = libraries
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request below the prefix."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        cookie = self._cookies.read(header(scope, b"cookie"))
        try:
            owner_id = None if cookie is None else await self._libraries.shown_on(cookie.device_id)
        except DatabaseUnavailable:
            await problem_response(Request(scope), Unavailable())(scope, receive, send)
            return
        if cookie is None or owner_id is None:
            device_id = new_id()
            visitor = Visitor(device_id, device_id, is_new=True)
            due = scope["method"] not in _READING and header(scope, b"sec-fetch-mode") != "navigate"
        else:
            visitor = Visitor(cookie.device_id, owner_id, is_new=False)
            due = cookie.is_due
        scope["state"]["visitor"] = visitor
        if due:
            send = self._with_cookie(send, visitor, secure=header(scope, b"x-forwarded-proto") == "https")
        await self._app(scope, receive, send)

    def _with_cookie(self, send: Send, visitor: Visitor, *, secure: bool) -> Send:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [name for name, _value in message["headers"]]
                if b"set-cookie" not in given:  # a device that leaves gets another one
                    cookie = self._cookies.made_for(visitor.device_id, secure=secure)
                    message["headers"] = [*message["headers"], (b"set-cookie", cookie)]
            await send(message)

        return send_with_cookie
