"""Names of accounts on this machine."""

from __future__ import annotations

import pwd
from functools import lru_cache


@lru_cache(1024)
def account_name(uid: str) -> str:
    """Return the name of an account by its number; the number where there is no such account.

    A site's directory service may be slow: not for the event loop.
    """
    try:
        return pwd.getpwuid(int(uid)).pw_name
    except (KeyError, ValueError, OverflowError):
        return uid
