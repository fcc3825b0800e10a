"""What the child refuses, with the HTTP status and the form in which OpenAI's interface says so."""

from assay.core.errors import AssayError


class Refused(AssayError):
    """A call that gets no reply.

    Args:
        what: One sentence, without any of the call's text.
        code: OpenAI's name for it where there is one.
        status: The HTTP status.
        param: The field of the request that it is about, or None.
    """

    def __init__(self, what: str, *, code: str, status: int = 400, param: str | None = None) -> None:
        super().__init__(what, code=code)
        self.status = status
        self.param = param

    def as_openai(self) -> dict[str, object]:
        """The body of the answer."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.what, "type": kind, "param": self.param, "code": self.code}}
