"""Whether the words ask, rather than report or request."""

import re

_MARKED = re.compile(
    r"\?|吗|咩(?:$|[,。!])|未(?:呀|啊|呢)?\s?(?:$|[?!。,])|呢\s?(?:$|[?!。])|几多|几时|几耐|多久|"
    r"多少|几点|几号|几钟|多快"
    r"|几(?=\s?(?:个|件|把|卷|箱|公斤|kg|天|日|台|部|人|套|成|支|粒))|哪|边(?:度|个|部|张|日|台|条|"
    r"间)|(?:到|喺|去|摆|放)(?:咗|左)?边"
    r"|点(?:解|样|算|呀|啊$)|乜|(?:了|咗|好|完|齐|到)(?:没|冇)\s?(?:$|[?!。,])|为什么|为何|怎么|"
    r"怎样|怎|什么时候|什么|何时|是否|有没有|有冇|系咪|系唔系|是不是|会唔会|会不会|够唔够|够不够"
    r"|(?P<twice>\w)[唔不没](?P=twice)|不(?=\?|$)|定系|还是(?=.{1,12}\?)"
    r"|(?<![a-z])(?:how|when|where|what|which|why|who|whats|wheres|hows)(?![a-z])"
    r"|^(?:and |so |hi |hello |hey |please |pls )?(?:is|are|do|does|did|has|have|was|were|will|any|"
    r"anyone|enough|got any)(?![a-z])"
    r"|any (?:idea|update|news|chance)|(?:tell|let) me know|let me know|do (?:we|you) (?:have|know)"
    r"|i want to know|status of|想知道|想问|请问|查一?下|查查|check下|睇下|睇睇"
)
_REQUEST = re.compile(
    r"(?:能不能|可不可以|可唔可以|得唔得|好唔好|可否|能否|麻烦|帮(?:我|手)?(?:忙)?|行不行|方便吗|"
    r"可以吗|得吗|得咩|好吗|行吗|ok吗|唔该)"
    r"|(?<![a-z])(?:can|could|would|will) (?:you|we|i|u|someone|somebody|anyone)(?![a-z])|may (?:i|"
    r"we)(?![a-z])"
)


def asks(matching: str) -> bool:
    """Whether the matching form asks for a fact: 整返好未, how many, 有冇, a question mark.

    A request in the form of a question (could you, 可唔可以) asks for no fact, unless something
    else in it does.
    """
    rest = _REQUEST.sub(" ", matching)
    if rest != matching:
        rest = rest.replace("?", " ").strip()
    return _MARKED.search(rest) is not None
