"""The API from Python: `SlurmClient`, and what can go wrong with it."""

from .client import SlurmClient
from .discovery import Server
from .failures import ApiError, Conflict, Denied, Invalid, NotFound, ServerNotFound, Unavailable
from .leaving import Leave

__all__ = [
    "ApiError",
    "Conflict",
    "Denied",
    "Invalid",
    "Leave",
    "NotFound",
    "Server",
    "ServerNotFound",
    "SlurmClient",
    "Unavailable",
]
