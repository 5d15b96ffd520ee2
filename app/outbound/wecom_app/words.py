"""Words within WeCom's limits, which count bytes."""

from app.records.answer import clip


def fitted(text: str, limit_bytes: int) -> tuple[str, bool]:
    """The words, and whether they were cut on a character's border, with a mark, to fit the limit."""
    size_bytes = len(text.encode(errors="surrogatepass"))
    return clip(text, limit_bytes), size_bytes > limit_bytes
