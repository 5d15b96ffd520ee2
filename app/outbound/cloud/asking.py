"""The words of a question, and those in which it is asked once more."""

from app.outbound.cloud.attempt import Turn
from app.records.cloud import Prompt

ECHO_MAX_CHARS = 1500
"""How much of a wrong answer is shown back, and how much of what is wrong with it."""

REASK_TOKENS_MAX = 4000
"""More than what asking again adds to a prompt."""

_BLANK = "Your answer held no text. Write the JSON document itself as the answer, beginning with {."
_CUT = "Your answer was longer than allowed and was cut. Be brief: leave out what is not required."
_WORDS = {"F-40": _BLANK, "F-41": _BLANK, "F-42": _CUT}


def opening(prompt: Prompt) -> tuple[Turn, ...]:
    """The question as it is asked first: the part that never changes, then the rest."""
    return Turn("system", prompt.fixed), Turn("user", prompt.asked)


def again(
    prompt: Prompt, number: int, answer: str, fault_id: str, wrong: tuple[str, ...]
) -> tuple[Turn, ...]:
    """The question with the wrong answer, if it had text, and all that is wrong; `number` counts from 2."""
    listed = "\n".join(f"- {each}" for each in (*wrong, _WORDS.get(fault_id, "")) if each)
    told = (
        f"Attempt {number}. That answer cannot be used:\n{listed[:ECHO_MAX_CHARS]}\n"
        "Answer the question above again, with exactly one JSON document and nothing around it."
    )
    echo = (Turn("assistant", answer[:ECHO_MAX_CHARS]),) if answer.strip() else ()
    return *opening(prompt), *echo, Turn("user", told)
