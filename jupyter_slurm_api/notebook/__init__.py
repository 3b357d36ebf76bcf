"""The notebook's side: magics, jobs and widgets in the kernel, which know the server by HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .connection import Connection
    from .job_widget import JobWidget
    from .queue_widget import QueueWidget

__all__ = ["Connection", "JobWidget", "QueueWidget"]


def __getattr__(name: str) -> Any:
    """Load what is asked for, and nothing before that: widgets bring much with them."""
    if name == "Connection":
        from .connection import Connection

        return Connection
    if name == "JobWidget":
        from .job_widget import JobWidget

        return JobWidget
    if name == "QueueWidget":
        from .queue_widget import QueueWidget

        return QueueWidget
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
