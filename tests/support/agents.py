"""User agents of browsers inside other apps, as these send them."""

from __future__ import annotations

KAKAOTALK = (
    "Mozilla/5.0 (Linux; Android 14; SM-S918N Build/UP1A.231005.007; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.134 Mobile Safari/537.36;KAKAOTALK 2410830"
)
INSTAGRAM_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-S918N Build/UP1A.231005.007; wv) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.134 Mobile Safari/537.36 "
    "Instagram 338.0.0.35.95 Android (34/14; 480dpi; 1080x2115; samsung; SM-S918N; dm3q; qcom)"
)
INSTAGRAM_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/21F79 Instagram 338.0.3.35.95 (iPhone14,5; iOS 17_5; ko_KR; ko)"
)
# What such browsers lack, as far as a page sees it.
LACKING = """
    for (const name of ["share", "canShare", "clipboard", "mediaDevices"])
        Object.defineProperty(navigator, name, { value: undefined });
"""
