"""The labels of what people think of the answers: key → English, Simplified, Traditional."""

VOTE_LABELS: dict[str, tuple[str, str, str]] = {
    "screen.9": ("Satisfaction", "满意度", "滿意度"),
    "sat.intent": ("by meaning", "按意思", "按意思"),
    "sat.layer": ("by layer", "按判断者", "按判斷者"),
    "sat.all": ("all", "全部", "全部"),
    "sat.answers": ("answers", "答复", "答覆"),
    "sat.up": ("up", "赞", "讚"),
    "sat.down": ("down", "踩", "踩"),
    "sat.share": ("%", "%", "%"),
    "sat.trend": ("{n} days", "{n} 天", "{n} 天"),
    "sat.none": (
        "Nobody has voted yet. Thumbs below an answer in WeCom are counted here.",
        "还没有人评价。企业微信里答复下方的赞和踩会统计在这里。",
        "還沒有人評價。企業微信裡答覆下方的讚和踩會統計在這裡。",
    ),
    "sat.wrong": (
        "Answers found wrong, the latest first",
        "被踩的答复，最新的在前",
        "被踩的答覆，最新的在前",
    ),
    "sat.why": ("Why", "原因", "原因"),
    "sat.reason.1": ("unrelated", "不相关", "不相關"),
    "sat.reason.2": ("incomplete", "不完整", "不完整"),
    "sat.reason.3": ("wrong", "错误", "錯誤"),
    "sat.reason.4": ("wrong figures", "分析错误", "分析錯誤"),
    "msg.votes": ("Votes", "评价", "評價"),
    "msg.up_down": ("{up} up · {down} down", "赞 {up} · 踩 {down}", "讚 {up} · 踩 {down}"),
    "key.by": ("←→ by", "←→ 分类", "←→ 分類"),
    "help.by_text": ("by meaning or by layer", "按意思或按判断者", "按意思或按判斷者"),
    "help.share_text": (
        "up / (up + down), latest vote of each person",
        "赞 /（赞 + 踩），每人以最后一次为准",
        "讚 /（讚 + 踩），每人以最後一次為準",
    ),
}
