"""The faults that the double of the models outside can play, by id, and the ways in which each shows.

An id alone plays its first way; with a letter, such as F-16d, the one that is meant. Where nothing
else is said a fault is the same for an answer that streams and for one that comes whole.
"""

from collections.abc import Mapping

from app.records.errors import OwnFault

FAULTS: Mapping[str, str] = {
    "F-01": "blank lines (in a stream: comments) keep the connection alive, then the answer comes",
    "F-02": "blank lines (in a stream: comments), then the body ends without an answer",
    "F-03": "nothing but keep-alive comments until the client leaves",
    "F-04": "the JSON stands in a code fence, or among prose",
    "F-05": "a string of the JSON holds a code fence of its own",
    "F-06": "the answer drips, one small piece at a time",
    "F-07": "silence while the answer is made: no byte of it until the client leaves",
    "F-08": "the connection is reset in the middle of the body",
    "F-09": "the body is shorter than its Content-Length, or its chunks never end",
    "F-10": "a body that ends with its connection is cut off and looks complete",
    "F-11": "the answer ends without a finish_reason, a stream also without [DONE]",
    "F-12": "200 with an error in it",
    "F-13": "an error event in the middle of a stream after 200; an answer that comes whole is one",
    "F-14": "the key is refused",
    "F-15": "the balance is used up",
    "F-16": "429 with a Retry-After",
    "F-17": "429 that names what there is too much of",
    "F-18": "the safety of content blocks the request",
    "F-19": "the server fails",
    "F-20": "the answer is cut after a part of its JSON",
    "F-21": "the answer stalls after a part, with the connection open",
    "F-22": "odd lines of a stream: the first way is malformed, the others are legal",
    "F-23": "a gzip bomb, asked for or not",
    "F-24": "a body that never ends",
    "F-25": "an HTML page in place of an answer",
    "F-26": "a redirect to a login page of the same server, which keeps who came",
    "F-27": "TLS with a certificate that nobody knows; only for a double that is made with it",
    "F-28": "the server's clock is 400 days ahead, by its Date",
    "F-29": "nothing listens; opened again by `reopen`",
    "F-30": "a connection that was said to be kept alive is closed",
    "F-31": "another model answers than was asked, of another build",
    "F-32": "the model's name is retired",
    "F-33": "the answer is made and comes late, or comes twice; asked again, it is the same answer",
    "F-34": "the answer takes very long to generate, with a piece of reasoning now and then",
    "F-35": "the usage cannot be relied on",
    "F-40": "there is no content, and finish_reason is stop",
    "F-41": "the answer stands in reasoning_content alone",
    "F-42": "the JSON is cut at the limit of length",
    "F-43": "it finishes for a reason that is no good end",
    "F-44": "almost JSON",
    "F-45": "a number that is not finite",
    "F-46": "a key that stands twice",
    "F-47": "a number in the wrong form",
    "F-48": "JSON that is too large for a parser",
    "F-49": "marks that look like nothing or like others",
    "F-50": "a time that can be read in several ways",
    "F-51": "a name that was invented",
    "F-52": "a job is missing, or is there twice",
    "F-53": "a plan that breaks what limits the work",
    "F-54": "times in the wrong unit or outside the horizon",
    "F-55": "a plan that is claimed to be better than it is",
    "F-56": "the question's own text comes back as the answer",
    "F-57": "instructions that were hidden in the data were obeyed",
    "F-58": "a refusal in words inside valid JSON",
    "F-59": "a wrong answer, and the same again when it is asked again",
    "F-60": "the answer belongs to a plan that is no longer in force",
    "F-61": "more fields than were asked for, or nothing where something belongs",
}
"""Every fault with what it does."""

VARIANTS: Mapping[str, Mapping[str, str]] = {
    "F-04": {"a": "a fence around all of it", "b": "prose before and after"},
    "F-09": {"a": "less than Content-Length", "b": "chunks without an end"},
    "F-12": {
        "a": "error at the top",
        "b": "error inside the first choice",
        "c": "choices is null",
        "d": "Response.Error, as the control plane does",
    },
    "F-14": {"a": "401", "b": "403"},
    "F-15": {"a": "balance or free quota used up", "b": "the model is not switched on"},
    "F-16": {
        "a": "seconds",
        "b": "a date",
        "c": "a day",
        "d": "a negative number",
        "e": "none",
    },
    "F-17": {"a": "calls at once", "b": "requests per minute", "c": "tokens per minute"},
    "F-18": {"a": "as this provider does it", "b": "451", "c": "200 with finish_reason content_filter"},
    "F-19": {"a": "500", "b": "502", "c": "503", "d": "504"},
    "F-20": {"a": "the body ends in good order", "b": "the connection drops"},
    "F-22": {
        "a": "one line is not JSON",
        "b": "lines end with CR LF",
        "c": "Chinese signs are split between packets",
        "d": "no space after data:",
    },
    "F-25": {"a": "200, a captive portal", "b": "407, a proxy", "c": "403, a block page"},
    "F-26": {"a": "302", "b": "307"},
    "F-29": {"a": "connecting is refused", "b": "connecting hangs"},
    "F-30": {"a": "when the next request has come on it", "b": "as soon as the answer is out"},
    "F-32": {"a": "400", "b": "404"},
    "F-33": {"a": "after late_s", "b": "two whole responses, one after the other"},
    "F-35": {
        "a": "missing",
        "b": "all zero",
        "c": "hit and miss are not the prompt",
        "d": "only the nested field tells of the cache",
    },
    "F-40": {"a": "empty", "b": "null", "c": "spaces"},
    "F-43": {"a": "insufficient_system_resource", "b": "aborted", "c": "a reason that nobody knows"},
    "F-44": {"a": "a comma too many", "b": "a comment", "c": "single quotes", "d": "True and None"},
    "F-45": {"a": "NaN", "b": "Infinity", "c": "1e999"},
    "F-46": {"a": "answers twice", "b": "tag twice"},
    "F-47": {"a": "in quotes", "b": "with a comma for thousands", "c": "with leading zeros", "d": "true"},
    "F-48": {"a": "a number of 5,000 digits", "b": "100,000 brackets"},
    "F-49": {
        "a": "a byte order mark before it",
        "b": "half a surrogate pair in a name",
        "c": "a zero-width space in a name",
        "d": "full-width digits in a name",
    },
    "F-50": {"a": "no zone", "b": "seconds since 1970", "c": "24:00", "d": "12/11"},
    "F-51": {"a": "a job", "b": "a machine", "c": "an order of a wish"},
    "F-52": {"a": "missing", "b": "twice"},
    "F-53": {
        "a": "two operations at once on a machine",
        "b": "an operation before the one that it needs",
        "c": "work in blocked time",
        "d": "a machine that cannot do it",
    },
    "F-54": {"a": "hours for minutes", "b": "before the origin", "c": "after the horizon"},
    "F-55": {"a": "figures beside the plan", "b": "a legal plan that is far too late"},
    "F-56": {"a": "the example", "b": "the plan in force"},
    "F-57": {"a": "a command beside the data", "b": "wishes that nobody had"},
    "F-58": {"a": "in place of the answer", "b": "as its status"},
    "F-60": {"a": "by its tag", "b": "by its time: it waits for `release`"},
    "F-61": {"a": "fields that nobody asked for", "b": "nulls deep inside"},
}
"""The ways of those faults that have several."""

DOOR = frozenset({"F-27", "F-29"})
"""Faults of the listening socket, not of an answer."""


def every() -> tuple[str, ...]:
    """Every fault in each of its ways."""
    return tuple(one + letter for one in FAULTS for letter in VARIANTS.get(one, {"": ""}))


def named(name: str) -> str:
    """A fault's full name, with the letter of its first way where it has several; raises OwnFault."""
    one = name[:4]
    if one not in FAULTS or name[4:] not in ("", *VARIANTS.get(one, {})):
        raise OwnFault(f"there is no fault '{name}'; there are {', '.join(FAULTS)}")
    return one + (name[4:] or next(iter(VARIANTS.get(one, {})), ""))
