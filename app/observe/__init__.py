"""What may be seen of a step: log, counters, console feed; never the words of a message."""
