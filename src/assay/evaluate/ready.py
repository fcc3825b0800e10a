"""A client that makes no call before every model of the run is seen to have an address and its keys.

That costs nothing, so it is not left to the first question of a judge, when other calls have been paid for. It is done
at the first call and not before: a run whose replies are all in the store needs no key.
"""

from collections.abc import Sequence

from assay.core.errors import BadInput
from assay.core.location import Location
from assay.engine.steps import Generates
from assay.models.retry import RetryPolicy
from assay.models.route import Routes
from assay.models.target import Target
from assay.models.types import Embeddings, Reply, Request


class NotReady(BadInput):
    """A model of the run cannot be asked at all; it ends the run, whoever was to be asked."""


class ReadyClient:
    """A client that first looks whom the run will ask.

    Args:
        client: Makes the calls.
    """

    def __init__(self, client: Generates) -> None:
        self._client = client
        self._needed: dict[Target, Location | None] = {}

    def need(self, target: Target, where: Location | None = None) -> None:
        """Say that the run asks this model.

        Args:
            target: The model.
            where: Where it is named, for messages.
        """
        self._needed.setdefault(target, where)

    async def generate(
        self,
        target: Target,
        request: Request,
        *,
        timeout_s: float = 120.0,
        policy: RetryPolicy | None = None,
        idempotency_key: str | None = None,
    ) -> Reply:
        """One reply.

        Raises:
            NotReady: A model of the run has no address, or a key of it is not there.
        """
        self._look()
        return await self._client.generate(
            target, request, timeout_s=timeout_s, policy=policy, idempotency_key=idempotency_key
        )

    async def embed(self, target: Target, texts: Sequence[str], *, timeout_s: float = 120.0) -> Embeddings:
        """A vector for each text.

        Raises:
            NotReady: As above.
        """
        self._look()
        return await self._client.embed(target, texts, timeout_s=timeout_s)

    def _look(self) -> None:
        routes = Routes()
        for target, where in self._needed.items():
            try:
                routes.check(target)
            except BadInput as error:
                raise NotReady(error.what, hint=error.hint, code=error.code, where=error.where or where) from None
        self._needed.clear()
