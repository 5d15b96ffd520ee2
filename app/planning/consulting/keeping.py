"""An envelope that waits for a supervisor: kept as an action, opened as exactly the same bytes."""

import hashlib

from app.planning.consulting.asked import Alias, Asker, Envelope
from app.planning.consulting.wording import fixed, version
from app.records.action import AskCloud


def sealed(envelope: Envelope) -> AskCloud:
    """The action that lets an envelope of one asker leave."""
    aliases = tuple((each.kind, each.real, each.alias) for each in envelope.aliases)
    return AskCloud(
        envelope.digest,
        envelope.version,
        envelope.asked,
        envelope.facts,
        envelope.tag,
        envelope.origin,
        aliases,
    )


def opened(allowed: AskCloud, asker: Asker) -> Envelope | None:
    """The envelope that was allowed; None where its bytes are no longer those, as after an update."""
    digest = hashlib.sha256((fixed() + allowed.asked).encode()).hexdigest()
    if (allowed.version, allowed.envelope) != (version(), digest):
        return None
    return Envelope(
        fixed=fixed(),
        asked=allowed.asked,
        version=allowed.version,
        facts=allowed.facts,
        tag=allowed.tag,
        digest=digest,
        origin=allowed.origin,
        askers=(asker,),
        aliases=tuple(_alias(*each) for each in allowed.aliases),
        with_words=True,
    )


def _alias(kind: str, real: str, alias: str) -> Alias:
    return Alias(kind, real, alias)  # type: ignore[arg-type]
