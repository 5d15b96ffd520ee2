"""Words that voice-to-text mishears or a finger slips on, put right before names are looked for."""

import re

_HEARD = {
    "跑光": "抛光", "泡光": "抛光", "刨光": "抛光", "模床": "磨床", "末床": "磨床", "摩床": "磨床",
    "冲呀": "冲压",
    "冲鸭": "冲压", "炉字": "炉子", "主除刀": "主厨刀", "主厨到": "主厨刀", "厨师到": "厨师刀",
    "三得刀": "三德刀",
    "山德刀": "三德刀", "牛配刀": "牛排刀", "面包到": "面包刀", "水果到": "水果刀", "生果到": "生果刀",
    "餐茶": "餐叉",
    "查匙": "茶匙", "砂袋": "砂带", "沙带": "砂带", "纱带": "砂带", "柳钉": "铆钉", "卯钉": "铆钉",
    "罗丝": "螺丝",
    "纸相": "纸箱", "手饼": "手柄", "首饼": "手柄", "葵冲": "葵涌", "葵充": "葵涌", "屯们": "屯门",
    "火碳": "火炭",
    "装备线": "装配线", "包庄线": "包装线", "激关": "激光", "淬火有": "淬火油", "抛光腊": "抛光蜡",
    "光腊": "光蜡",
}  # fmt: skip
_NUMBERED = re.compile(r"(?<=[\d一二三四五六七八九十])浩(?=[机炉线磨冲抛激装包])|(?<=[张章])蛋")
_ANY = re.compile("|".join(sorted(_HEARD, key=len, reverse=True)))


def mended(matching: str) -> str:
    """The matching form with misheard words of the trade put right, position for position."""
    text = _ANY.sub(lambda heard: _HEARD[heard[0]], matching)
    return _NUMBERED.sub(lambda heard: "号" if heard[0] == "浩" else "单", text)
