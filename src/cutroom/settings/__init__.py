"""Where Cutroom keeps things on this machine, and how much of the machine it may use.

Every value has one typed place and a source. The order, strongest first: an environment variable ``CUTROOM_<NAME>``,
the configuration file (``config.toml`` in the platform's folder, or the file that ``CUTROOM_CONFIG_FILE`` names), the
default.

Example:
    >>> from cutroom.settings import settings
    >>> settings().sources["telemetry"] in {"default", "environment CUTROOM_TELEMETRY"} or "a file"
    True
"""

from __future__ import annotations

from .amounts import amount, shown
from .databases import choose_journal, storing
from .folders import on_network_disk, private_folder
from .limits import Limits, limits
from .values import Settings, settings

__all__ = [
    "Limits",
    "Settings",
    "amount",
    "choose_journal",
    "limits",
    "on_network_disk",
    "private_folder",
    "settings",
    "shown",
    "storing",
]
