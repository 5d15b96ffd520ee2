"""Words become wishes: by patterns over what a message names, in Chinese of both scripts and English."""

from app.intents.wishing.reading import Heard, called, hear

__all__ = ["Heard", "called", "hear"]
