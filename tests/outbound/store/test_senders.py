"""Strangers in the store are bounded: who wrote longest ago is forgotten first."""

from app.outbound.store import senders
from app.records.message import Channel


async def test_only_those_who_wrote_last_are_kept(plant, make, monkeypatch):
    monkeypatch.setattr(senders, "STRANGERS_MAX", 3)

    async def writes(sender: str) -> None:
        decision = await make.with_steps(plant)
        await plant.write(lambda book: senders.note(book.line, decision, sender, Channel.BOT))

    for sender in ("a", "b", "c", "a", "d", "e"):
        await writes(sender)
    listed = plant.look(lambda facts: facts.strangers(100))
    assert [(one.sender, one.messages) for one in listed] == [("e", 1), ("d", 1), ("a", 2)]
    assert await plant.unknown_senders() == 3


async def test_one_sender_of_two_channels_counts_once(plant, make):
    for channel in Channel:
        decision = await make.with_steps(plant)
        await plant.write(lambda book, d=decision, c=channel: senders.note(book.line, d, "a", c))
    assert len(plant.look(lambda facts: facts.strangers(100))) == 2
    assert await plant.unknown_senders() == 1


async def test_each_channel_has_an_address_of_its_own(plant):
    await plant.write(lambda book: senders.wrote(book.line, "chan.siu-ming", "wo1", Channel.BOT))
    await plant.write(lambda book: senders.wrote(book.line, "chan.siu-ming", "wo2", Channel.APP))
    await plant.write(lambda book: senders.wrote(book.line, "chan.siu-ming", "wo3", Channel.APP))

    def addresses(facts) -> tuple[str, str]:
        return facts.address_of("chan.siu-ming", Channel.BOT), facts.address_of("chan.siu-ming", Channel.APP)

    assert plant.look(addresses) == ("wo1", "wo3")
    await plant.write(lambda book: senders.wrote(book.line, "chan.siu-ming", "chan.siu-ming", Channel.BOT))
    assert plant.look(addresses) == ("chan.siu-ming", "wo3")
