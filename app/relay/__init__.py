"""The relay for a host in the DMZ: takes WeCom's callbacks and keeps them until the appliance has them.

It can read none of them: it knows neither the AES key nor the token, and has no setting for either.
"""

from app.relay.serve import Relay

__all__ = ["Relay"]
