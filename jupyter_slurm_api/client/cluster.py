"""What the cluster has, what one may ask of it, and what it would make of a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ..cluster import Limits, Node, NodePage, PartitionList
from ..models import ParameterValue
from ..requests import EstimateAnswer
from .answers import read
from .calls import Calls, said
from .session import READING, QueryValue


class ClusterCalls(Calls):
    """The calls about the cluster."""

    def partitions(self) -> PartitionList:
        """Return the partitions, their limits, and what their nodes have."""
        return self._get(PartitionList, "partitions")

    def nodes(self, **filters: QueryValue) -> NodePage:
        """Return a page of the nodes: ``partition``, ``state``, ``limit`` and ``cursor``."""
        return self._get(NodePage, "nodes", filters)

    def iter_nodes(self, **filters: QueryValue) -> Iterator[Node]:
        """Yield the nodes, page by page."""
        while True:
            page = self.nodes(**filters)
            yield from page.nodes
            if page.next_cursor is None:
                return
            filters["cursor"] = page.next_cursor

    def limits(self) -> Limits:
        """Return one's accounts, their limits, and the QOS that one may ask for."""
        return self._get(Limits, "limits")

    def estimate(
        self,
        script: str,
        *,
        parameters: Mapping[str, ParameterValue] | None = None,
        work_dir: str | None = None,
        partitions: Sequence[str] | Literal["all"] | None = None,
    ) -> EstimateAnswer:
        """Return when and where a job would start, without submitting it.

        ``partitions`` are those to try; None is the one that the job asks for.
        """
        body = said(
            script=script,
            parameters=None if parameters is None else dict(parameters),
            work_dir=work_dir,
            partitions=partitions if partitions is None or partitions == "all" else [*partitions],
        )
        answer = self._session.ask("POST", "estimate", body=body, patience=READING)
        return read(EstimateAnswer, answer.content)
