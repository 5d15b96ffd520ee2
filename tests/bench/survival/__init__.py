"""Which client survives what: our long connection beside the Python SDKs, all on the gateway double.

`make survival` makes the table; what is measured is said below it in RESULT.md.
"""
