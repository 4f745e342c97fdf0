"""QR codes as pictures in a page."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET = 4
PIXELS = 345


def draw_qr(text: str) -> SafeString:
    """Return a QR code as inline SVG, at most 345 pixels wide; black on white whatever the display mode."""
    code = segno.make(text, error="L", micro=False)
    scale = max(2, PIXELS // (code.symbol_size(border=QUIET)[0]))
    drawn = code.svg_inline(scale=scale, border=QUIET, light="#fff", svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 - segno writes squares, whatever the text is
