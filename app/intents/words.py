"""What people write: the word tables of the intents, in Simplified Chinese and English.

Matching is on `folded` text, so Traditional and Cantonese spellings find the same entries. The
first entry that matches wins; the order of a table is therefore part of its meaning.
"""

import re
import unicodedata
from typing import TypeVar

from app.records.plant import MachineState, MovementKind, Severity

V = TypeVar("V")
Table = tuple[tuple[V, re.Pattern[str]], ...]

_TRADITIONAL = (
    "丟沖乾來倉個傷傾優兩則劃動員問單嗎嘍囉報場壓壞夾實屬師帶幫幹庫廢從復拋換撥擺數斷曬會棄標樣機檢權"
    "汙決沒準漬為無煙熱燒爐現異發盤確紙組結絕給統絲經維緊臺著處蠟衝補裝"
    "見規視親記設話該認說誰調請講謝識議護讓貨趕車輕輛輪轉進運過還邊醫釘針鉚鐳開閘關隊際電響領頭題飯飲"
    "養馬駁髒鬱麼點凍離們寫"
)
_SIMPLIFIED = (
    "丢冲干来仓个伤倾优两则划动员问单吗喽啰报场压坏夹实属师带帮干库废从复抛换拨摆数断晒会弃标样机检权"
    "污决没准渍为无烟热烧炉现异发盘确纸组结绝给统丝经维紧台着处蜡冲补装"
    "见规视亲记设话该认说谁调请讲谢识议护让货赶车轻辆轮转进运过还边医钉针铆镭开闸关队际电响领头题饭饮"
    "养马驳脏郁么点冻离们写"
)
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def folded(text: str) -> str:
    """The text in the form the tables are written in: NFKC, lower case, Simplified."""
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLD)


def first(table: Table[V], text: str) -> V | None:
    """What the first matching entry stands for, or None; `text` is folded."""
    return next((value for value, pattern in table if pattern.search(text)), None)


def _table(*rows: tuple[V, str]) -> Table[V]:
    return tuple((value, re.compile(pattern)) for value, pattern in rows)


MOVEMENTS = _table(
    (
        MovementKind.COUNT,
        r"盘点|点数|实数|实际|实存|数到|数过|数咗|调整|更正|\bcount(ed)?\b|stock ?tak|recount",
    ),
    (MovementKind.SCRAP, r"报废|废品|作废|丢弃|掉咗|\bscrap|write[- ]?off|\bdiscard"),
    (
        MovementKind.TRANSFER,
        (
            r"调拨|调[去到往过咗俾给]|[转移搬送运][去到往过咗]|转仓|移库|\btransfer|\bmoved?\b|\bsend\b|"
            r"\bsent\b"
        ),
    ),
    (
        MovementKind.RECEIPT,
        (
            r"入库|入仓|入数|入咗|入了|收货|到货|来货|收到|收咗|收了|退料|退仓|\breceiv|\breceipt|"
            r"\bdeliver|\barrived?\b"
        ),
    ),
    (
        MovementKind.ISSUE,
        (
            r"出库|出仓|领[料用取咗了]|发[料咗了]|用[咗了去掉]|消耗|取[用咗了]|攞|拎|\bissued?\b|\bconsum|"
            r"\bused?\b|\btook\b|\btake\b|\bpick"
        ),
    ),
    (MovementKind.TRANSFER, r"调|[转搬送]|\bship"),
    (MovementKind.RECEIPT, r"入|[收到]"),
    (MovementKind.ISSUE, r"[出领发用取]"),
)

FROM_BEFORE = r"(?:from|由|从|自|喺|在)\s*(?:the )?$"
TO_BEFORE = r"(?:\bto|到|去|往|俾|给|过|至)\s*(?:the )?$"
HITHER = re.compile(r"过来|过嚟|返嚟|回来|来我|to us\b|over here|\bhere\b")

SEVERITIES = _table(
    (
        Severity.CRITICAL,
        (
            r"裂|断[了咗刃柄刀]|断裂|爆口|爆刃|崩[口刃咗了]|安全|割[伤亲]|𠝹亲|受伤|召回|金属碎|异物|"
            r"\bcrack|fractur|\bsnapp|\bbroke[n]? blade|\bsafety\b|injur|\brecall|metal (?:chip|fragment)|"
            r"\bcut (?:him|her|my|a )"
        ),
    ),
    (
        Severity.MINOR,
        (
            r"刮花|刮痕|划[痕花伤]|花[了咗]|轻微|少少|小[瑕问]|水[渍印]|脏|污|\bscratch|\bminor\b|\bscuff|"
            r"\bsmudge|\bcosmetic|\bdust"
        ),
    ),
)
DENIED = re.compile(
    r"(?:\bno|\bnot|\bwithout|没有?|无|冇|未见|唔系)\s*(?:any |见到?|发现|有)*(?:[a-z]+|[一-鿿]{1,2})"
)
LOT_HELD = re.compile(
    r"(?:扣|封|冻结|隔离|\bhold|\bquarantine|\bblock)[^0-9,。]{0,12}(?:批|\blot\b|\bbatch\b)(?!\s?[0-9])|"
    r"(?:批|\blot\b|\bbatch\b)[^0-9,。]{0,8}(?:扣|封|冻结|隔离|\bhold|\bquarantine|\bblock)"
)
"""The whole lot is to be held, whatever number of pieces was looked at."""
RELEASE = re.compile(
    r"放行|放返|解除|解封|结案|关闭|取消扣|\brelease\b|\bclose\b|\blift\b|use[- ]as[- ]is|让步"
)

STATES = _table(
    (MachineState.SLOW, r"\brunning (?:\w+ )?slow"),
    (MachineState.DOWN, r"\bstopped running|\bno longer|\bstill (?:down|broken|not)"),
    (
        MachineState.DOWN,
        (
            r"(?:未|还没|仲未|没有?|冇|唔|不能?|\bnot |n't )\s*(?:修|整|"
            r"搞|正常|恢复|开得|开返|起得|郁|动|转|运转|running|working|fixed|down|repaired)"
        ),
    ),
    (
        MachineState.RUNNING,
        (
            r"修[好完咗]|整[好返]|搞[掂好]|恢复|正常[了喇啦]?|[开起]返|重新开|好返|好翻|可以开|\bfixed\b|"
            r"\brepaired\b|\bback (?:up|on|to)|\brunning\b|\bup again|\bok (?:again|now)|\bworking\b|"
            r"\bresum"
        ),
    ),
    (
        MachineState.MAINTENANCE,
        (
            r"保养|维护|维修保|检修|换[模刀油带轮]|校[正准]|点检|\bmaint|\bservic|\bpm\b|\bcalibrat|"
            r"\bcleaning\b"
        ),
    ),
    (MachineState.SLOW, r"慢|降速|速度低|低速|\bslow|\bhalf speed|reduced speed"),
    (
        MachineState.DOWN,
        (
            r"坏|停|故障|死机|卡[住死咗]|报警|警报|唔郁|不动|跳[掣闸]|漏|异响|冒烟|着唔到|起唔到|开唔到|"
            r"[撞烧]咗|断电|没电|冇电|\bdown\b|\bbroke|\bfault|\bstopp|\bstuck|\bjam|\balarm|\btripp|"
            r"\bleak|\bdead\b|\bfail|\berror\b|won't|\bno power|chiller"
        ),
    ),
)
ALREADY_STOPPED = re.compile(
    r"(?:停|坏)[了咗]\s*(?:有|成|足)?[0-9一二三四五六七八九十两半]|"
    r"\b(?:for|been)\b.{0,24}\b(?:already|now)\b|\bbeen (?:down|stopped)\b|已经?[^,。]{0,4}[停坏]"
)

CAUSES = re.compile(
    r"因为|因此|[换转]模|[换转]刀|换型|缺料|[冇没无]料|等料|停电|[冇没无]电|跳掣|跳闸|漏油|过热|卡[住咗了]|断[咗了裂]|"
    r"维修|保养|检修|校机|调机|报警|故障|爆|[冇没缺无]人|"
    r"\b(?:because|due to|since|tool|mou?ld|die|material|power|electric|leak|jam|overheat|broke|broken|"
    r"maintenance|service|repair|alarm|error|fault|quality|operator|no one|nobody)\w*"
)
"""Why a machine stands, as far as anybody would say it in passing."""

UNTIL = re.compile(r"到|至|前|恢复|开返|好返|\buntil\b|\btill?\b|\bback\b|\bby\b|\bready\b")

SUBJECTS = _table(
    ("meeting", r"开会|会议|开个会|倾|碰头|商量|\bmeeting|\bcall\b|\bdiscuss"),
    ("truck", r"叉车|货车|卡车|司机|车辆|吊车|\btruck|\bforklift|\bdriver|\bvan\b|\blorry|[货部架台辆]车"),
    (
        "people",
        (
            r"人手|借人|[个位名]人|师傅|工人|帮手|夹手|支援|\bpeople|\bpersons?\b|\bworkers?|"
            r"\boperators?\b|\bhands?\b|\bhelper|\bstaff"
        ),
    ),
    (
        "tools",
        (
            r"工具|夹具|模具|刀具|治具|量具|卡尺|扳手|\btools?\b|\bjig|\bfixture|\bmou?ld|\bdie\b|\bgauge|"
            r"\bcal[il]+per"
        ),
    ),
    ("space", r"地方|场地|位置|放位|仓位|摆|\bspace|\broom\b|\bstorage|\bfloor\b"),
    (
        "material",
        (
            r"料|物料|材料|原料|蜡|卷|手柄|纸箱|砂带|油|螺丝|铆钉|\bmaterial|\bstock\b|\bcoil|\bwax|"
            r"\bhandle|\bbelt|\bcarton|\boil\b|\bkg\b|\bscrew|\brivet"
        ),
    ),
)

MACHINE_TYPES = _table(
    ("stamping", r"冲压|冲床|冲紧|冲[咗了完好]|\bstamp|\bpress"),
    ("heat_treatment", r"热处理|淬火|回火|炉|\bheat|\bquench|\bfurnace|\btemper"),
    ("grinding", r"磨|开刃|\bgrind|\bground\b"),
    ("polishing", r"抛光|抛[咗了完好]|打光|\bpolish"),
    ("laser", r"激光|镭射|打标|\blaser|\bmark"),
    ("assembly", r"装配|组装|上柄|\bassembl"),
    ("packing", r"包装|装箱|入盒|\bpack"),
)

EVENTS = _table(
    (
        "not_yet",
        (
            r"(?:未|还没|仲未|没有?|冇)\s*(?:做完|开始|开工|完成|搞掂|finish)|"
            r"\bnot (?:yet )?(?:finished|done|started|begun)|n't (?:finished|started|done|begun)"
        ),
    ),
    (
        "finished",
        (
            r"完成|做[完晒好]|完工|搞掂|[磨冲抛装包打淬]([完晒好]|好晒)|\bfinish|\bdone\b|\bcomplet|"
            r"\bground\b|\bpacked\b|\bpolished\b|\bassembled\b|\bstamped\b"
        ),
    ),
    (
        "started",
        r"开始|开工|起机|上机|开[咗了紧]|[冲磨抛装包打]紧|\bstart|\bbegin|\bbegan|\bbegun|\brunning\b",
    ),
)

NO = re.compile(
    r"唔批|唔同意|唔[得准]|不[批准同]意?|不行|不可以|不能批|拒绝|驳回|否决|\breject\w*|\brefus\w*|"
    r"\bdeclin\w*|\bdeny\b|\bdenied\b|"
    r"\b(?:don't|do not|cannot|can't|not) (?:approve|agree|accept)\w*|\bnot this one\b|\bno\b(?! problem)|"
    r"\bnope\b"
)
YES = re.compile(
    r"同意|批准|[批准]|\bapprov\w*|\baccept\w*|\bagree\w*|\bconfirm\w*|\byes\b|\bok(?:ay)?\b|"
    r"\bgo ahead\b|可以|好|得|照做|没问题|冇问题|无问题|确认"
)
AMEND = re.compile(r"改[成为做到]|改[返少多]|换成|\bamend\b|\bchange (?:it |that )?to\b|\binstead\b")
WHY = re.compile(
    r"点解|为什么|为何|点样|怎么|咩事|边个|谁|进度|\bwhy\b|\bwho\b|\bstatus\b|\bwhat\b|\bhow\b|\bexplain\b"
)
REPORTED = re.compile(
    r"\b(?:he|she|they|somebody|someone|it|mail|note|sticker|label) (?:says?|said)\b|"
    r"\b(?:says|wrote|writes|reads)\b|\b(?:wants?|asks?|asked|told|tells) (?:me|us) to\b|"
    r"[佢他她](?:地|哋|们)?(?:话|说|讲|写|叫)|写住|写着|写了"
)
"""The answer that follows is another's, which the sender passes on."""
EITHER_WAY = re.compile(r"(.)[唔不](\1)")
"""A question of the form 批唔批, 得不得."""

URGENT = re.compile(
    r"(?<![唔不])急|催|加快|插单|插队|优先|提前|提早|赶|(?<!not )\burgent|\brush|\bexpedit|\basap\b|"
    r"\bpriorit|\bearlier\b|\bpull (?:in|forward)|\bbring forward|\bfirst\b|\bhurry"
)

SMALL_TALK = _table(
    (
        "injection",
        (
            r"(?:忽略|无视|忘记|忘掉|不用理).{0,12}(?:指令|规则|提示|以上|之前|设定)|"
            r"ignore .{0,24}(?:instruction|rule|prompt)|(?:system|admin) (?:prompt|mode)|系统提示|"
            r"你现在是|you are now|\bact as\b|jailbreak|drop table|\bsudo\b|rm -rf|<script|\bselect \*|"
            r"越权|管理员模式"
        ),
    ),
    (
        "leave",
        (
            r"请假|请[半一二两三]|休假|病假|事假|年假|放假|告假|补假|\bday off|\bannual leave|\bsick\b|"
            r"\bon leave|\btake leave|\bleave (?:tomorrow|today|early)|睇医生|看病|打针"
        ),
    ),
    ("thanks", r"谢|多谢|唔该|辛苦|\bthank|\bthx\b|\bcheers\b|\bgood job|好嘢|👍|🙏|❤"),
    (
        "help",
        (
            r"^help$|你[会识能](?:做|干)?[咩什么些乜]|可以做什么|有咩功能|怎么用|点用|使用说明|"
            r"what can you do|how do i use|\bhelp me use|功能"
        ),
    ),
    (
        "joke",
        (
            r"笑话|讲笑|讲个笑|\bjoke|\bfunny|哈哈|呵呵|\blol\b|食咗饭|饮茶|吃饭|天气|马会|六合彩|"
            r"\bweather|\blottery"
        ),
    ),
    (
        "greeting",
        (
            r"你好|您好|早晨|早安|早上好|午安|晚上好|大家好|哈[啰喽]|喂|在吗|喺度|\bhi\b|\bhello|\bhey\b|"
            r"good (?:morning|afternoon|evening|day)|can you hear"
        ),
    ),
)

TICKET = re.compile(r"(?<![a-z0-9])([dqr])(?:\s?[-‐–—_]\s?([0-9]{1,9})|([0-9]{4,9}))(?![0-9])")
_TICKET_DIGITS = {"d": 5, "q": 4, "r": 4}


def tickets(text: str) -> tuple[str, ...]:
    """Decision, case and request numbers in a text, in their full form, without repetition.

    "d-42" and "D00042" are the same; Q and R have four digits.
    """
    found = (
        f"{match[1].upper()}-{int(match[2] or match[3]):0{_TICKET_DIGITS[match[1]]}d}"
        for match in TICKET.finditer(unicodedata.normalize("NFKC", text).lower())
    )
    return tuple(dict.fromkeys(found))
