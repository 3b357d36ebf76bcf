"""Jupyter's own event bus, to which JupyterLab and a site's logging listen."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the extension registers the schemas before it loads pydantic
    from jupyter_events import EventLogger

    from .events import Told

_SCHEMAS: Final = Path(__file__).parent / "event_schemas"
_ID: Final = "https://events.jupyter.org/jupyter_slurm_api/{kind}/v1"

_log = logging.getLogger(__name__)


def register_schemas(logger: EventLogger) -> None:
    """Make our events known, before anybody can listen."""
    for path in sorted(_SCHEMAS.glob("*/v1.yaml")):
        logger.register_event_schema(path)


class EventBus:
    """Emits our events; what goes wrong there is told in the log, once, and stops nobody."""

    def __init__(self, logger: EventLogger) -> None:
        self._logger = logger
        self._is_well = True

    def emit(self, told: Told) -> None:
        """Emit an event to whoever listens."""
        try:
            self._logger.emit(
                schema_id=_ID.format(kind=told.kind), data=told.model_dump(mode="json")
            )
        except Exception:  # noqa: BLE001 - what listens there is a site's own
            if self._is_well:
                _log.exception("an event could not be emitted on Jupyter's event bus")
            self._is_well = False
        else:
            self._is_well = True
