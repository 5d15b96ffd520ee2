"""What only the app may ask: who hides behind an encrypted id, and whence WeCom calls."""

from collections.abc import Sequence

from app.outbound.wecom_app.calls import Calls

AT_ONCE_MAX = 1000


async def plain_ids(calls: Calls, open_ids: Sequence[str]) -> dict[str, str]:
    """The userid of each encrypted id (page 101521); one that is plain already, or unknown, is left out.

    Asks for AT_ONCE_MAX at a time; raises as `Calls`.
    """
    found: dict[str, str] = {}
    for begin in range(0, len(open_ids), AT_ONCE_MAX):
        body = {"open_userid_list": list(open_ids[begin : begin + AT_ONCE_MAX])}
        answer = await calls.post("/cgi-bin/batch/openuserid_to_userid", body)
        found |= {each.open_userid: each.userid for each in answer.userid_list}
    return found


async def callback_addresses(calls: Calls) -> tuple[str, ...]:
    """The addresses and networks that callbacks come from; ask daily. Raises as `Calls`."""
    return (await calls.get("/cgi-bin/getcallbackip")).ip_list
