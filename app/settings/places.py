"""Where the product's own data lies, and what can be made again."""

import os
import sys
from pathlib import Path
from typing import Literal


def shipped(kind: Literal["config", "models"]) -> Path:
    """Where the product's own data lies: in the checkout, or beside the installed package."""
    checkout = Path(__file__).resolve().parents[2] / kind
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "chargehand" / kind


def user_cache() -> Path:
    """Where this user keeps what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chargehand"
