"""What the accounting lets the user use, asked for every few minutes at most."""

from __future__ import annotations

from typing import Final

from ..cluster import Limits
from ..errors import SlurmError
from ..slurm.client import Slurm
from .snapshots import Snapshots

_LIFE_SECONDS: Final = 300.0
_RETRY_SECONDS: Final = 10.0
_NO_ACCOUNTING: Final = (
    "This cluster keeps no accounting: there are no accounts, QOS or limits of yours. What a job"
    " may use stands with its partition."
)


class LimitsService:
    """Answers for the user's accounts, limits and QOS: administrators change them seldom."""

    def __init__(self, slurm: Slurm, user: str) -> None:
        self._slurm = slurm
        self._user = user
        self._snapshots = Snapshots(
            self._look, name="sacctmgr", min_life=_LIFE_SECONDS, retry=_RETRY_SECONDS
        )

    async def show(self) -> Limits:
        """Return what this user may use.

        Raises:
            SlurmError: the accounting has not answered once since this server started.
        """
        seen = await self._snapshots.current()
        return seen.value.model_copy(update={"synced_at": seen.synced_at, "stale": seen.stale})

    async def accounts(self) -> set[str] | None:
        """Return the accounts that this user has; None where that cannot be known."""
        try:
            found = (await self._snapshots.current()).value
        except SlurmError:
            return None
        return {one.account for one in found.associations} if found.accounting else None

    async def _look(self) -> Limits:
        if not (await self._slurm.info()).accounting:
            return Limits(accounting=False, note=_NO_ACCOUNTING, user=self._user)
        own = await self._slurm.associations()
        names = sorted({one.account for one in own.value.associations})
        accounts = await self._slurm.account_limits(names) if names else None
        qos = await self._slurm.qos()
        usable = {name for one in own.value.associations for name in one.qos}
        return Limits(
            accounting=True,
            user=self._user,
            default_account=own.value.default_account,
            associations=own.value.associations,
            accounts=accounts.value if accounts else (),
            qos=tuple(one for one in qos.value if one.name in usable),
            bad_rows=own.bad + qos.bad + (accounts.bad if accounts else 0),
        )
