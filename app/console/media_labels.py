"""Labels of photos and files: key → English, Simplified, Traditional."""

MEDIA_LABELS: dict[str, tuple[str, str, str]] = {
    "msg.media": ("Attached", "附件", "附件"),
    "media.image": ("photo", "照片", "照片"),
    "media.file": ("file", "文件", "檔案"),
    "media.video": ("video", "视频", "影片"),
    "media.voice": ("voice", "语音", "語音"),
    "media.wanted": ("being fetched", "正在取", "正在取"),
    "media.kept": ("kept", "已保存", "已保存"),
    "media.refused": ("refused", "已拒收", "已拒收"),
    "media.lost": ("lost", "没有取到", "沒有取到"),
}
