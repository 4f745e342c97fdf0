"""Pictures of themes, drawn on 24 × 24 with one stroke width; the words beside them say what they are."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from madang.core.base.interface import Text

PICTURES: dict[str, tuple[Text, str]] = {
    "place": (
        Text(ko="자리", en="Place"),
        '<path d="M12 21c4-4.5 6.5-7.7 6.5-11a6.5 6.5 0 1 0-13 0c0 3.3 2.5 6.5 6.5 11Z"/>'
        '<circle cx="12" cy="10" r="2.3"/>',
    ),
    "cool": (
        Text(ko="더위 쉼터", en="Cooling"),
        '<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9M9.5 4.5 12 7l2.5-2.5M9.5 19.5 12 17l2.5 2.5"/>',
    ),
    "water": (
        Text(ko="물", en="Water"),
        '<path d="M12 3.5c3.6 4.4 6 7.3 6 10.5a6 6 0 0 1-12 0c0-3.2 2.4-6.1 6-10.5Z"/><path d="M9 14a3 3 0 0 0 3 3"/>',
    ),
    "medicine": (
        Text(ko="약", en="Medicine"),
        '<rect x="3.5" y="8.5" width="17" height="7" rx="3.5"/><path d="M12 8.5v7"/>',
    ),
    "bicycle": (
        Text(ko="자전거", en="Bicycle"),
        '<circle cx="6" cy="16" r="3.5"/><circle cx="18" cy="16" r="3.5"/>'
        '<path d="M6 16l4-7h6l2 7M10 9l3.5 7H6M14.5 6H17"/>',
    ),
    "night": (Text(ko="밤", en="Night"), '<path d="M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5Z"/>'),
    "book": (
        Text(ko="책", en="Books"),
        '<path d="M12 6.5C10 5 7 4.5 4 5v13c3-.5 6 0 8 1.5 2-1.5 5-2 8-1.5V5c-3-.5-6 0-8 1.5Zm0 0v13"/>',
    ),
    "tree": (Text(ko="나무", en="Trees"), '<path d="M12 21v-6M12 3l5 6h-3l4 6H6l4-6H7Z"/>'),
    "child": (
        Text(ko="아이", en="Children"),
        '<circle cx="12" cy="6.5" r="2.8"/><path d="M5.5 12.5 12 11l6.5 1.5M12 11v4l-3.5 5.5M12 15l3.5 5.5"/>',
    ),
    "toilet": (
        Text(ko="화장실", en="Toilet"),
        '<circle cx="7" cy="5" r="1.8"/><circle cx="17" cy="5" r="1.8"/>'
        '<path d="M12 3.5v17M5 9h4l-.6 6H5.6ZM17 9l2.5 6h-5ZM7 15v5.5M17 15v5.5"/>',
    ),
    "live": (
        Text(ko="실시간", en="Live"),
        '<circle cx="12" cy="12" r="2"/><path d="M8.5 8.5a5 5 0 0 0 0 7M15.5 8.5a5 5 0 0 1 0 7M5.5 5.5a9 9 0 0 0 0 13M18.5 5.5a9 9 0 0 1 0 13"/>',
    ),
    "heart": (
        Text(ko="심장", en="Heart"),
        '<path d="M12 20C6 15.5 3.5 12.5 3.5 9a4.3 4.3 0 0 1 8.5-1.2A4.3 4.3 0 0 1 20.5 9c0 3.5-2.5 6.5-8.5 11Z"/>',
    ),
    "snow": (
        Text(ko="눈", en="Snow"),
        '<path d="M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9"/><circle cx="12" cy="12" r="3.5"/>',
    ),
    "paw": (
        Text(ko="반려동물", en="Pets"),
        '<circle cx="6" cy="10.5" r="1.8"/><circle cx="10" cy="6.5" r="1.8"/><circle cx="14.5" cy="6.5" r="1.8"/>'
        '<circle cx="18" cy="10.5" r="1.8"/><path d="M12 11.5c-3 0-5 2.5-5 4.8 0 2 2 2.7 5 2.7s5-.7 5-2.7c0-2.3-2-4.8-5-4.8Z"/>',
    ),
    "wheelchair": (
        Text(ko="휠체어", en="Wheelchair"),
        '<circle cx="10" cy="4.5" r="1.6"/><path d="M10 8v6h5l3 5M10 10.5h5"/><path d="M7.5 12a5 5 0 1 0 6.5 6"/>',
    ),
    "plug": (
        Text(ko="충전", en="Charging"),
        '<path d="M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0ZM12 17v4"/>',
    ),
    "car": (
        Text(ko="자동차", en="Cars"),
        '<path d="M4 16v-3.5l2-5.5h12l2 5.5V16ZM4 16v2.5M20 16v2.5M4 12.5h16"/><path d="M7 14.5h1.5M15.5 14.5H17"/>',
    ),
    "shield": (
        Text(ko="안전", en="Safety"),
        '<path d="M12 3l7.5 2.5v5.5c0 4.5-3 8-7.5 10-4.5-2-7.5-5.5-7.5-10V5.5Z"/><path d="M8.8 12l2.3 2.3 4.2-4.6"/>',
    ),
    "recycle": (
        Text(ko="되살리기", en="Recycling"),
        '<path d="M7 9l5-5.5L17 9M19.5 12.5l-2.5 7h-5M4.5 12.5l2.5 7h1.5"/><path d="M14 17l-2.5 2.5L14 22"/>',
    ),
    "won": (Text(ko="가격", en="Prices"), '<path d="M4 6l4 13 4-11 4 11 4-13M3 11.5h18"/>'),
    "tool": (
        Text(ko="공구", en="Tools"),
        '<path d="M14.5 6.5a4 4 0 0 1 5-1.5l-2.5 2.7 1.8 1.8L21 7.3a4 4 0 0 1-5.5 4.7L8 19.5a2 2 0 0 1-3-3L12.5 9a4 4 0 0 1 2-2.5Z"/>',
    ),
    "stage": (
        Text(ko="문화", en="Culture"),
        '<path d="M4 4h16M5 4c0 6-1 9-1 12 3-1 5-5 5-12M19 4c0 6 1 9 1 12-3-1-5-5-5-12M3.5 20h17"/>',
    ),
}


def draw_icon(name: str) -> SafeString:
    """Return a picture that says nothing to a screen reader."""
    _, drawing = PICTURES.get(name, PICTURES["place"])
    return mark_safe(  # noqa: S308
        '<svg class="theme-icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none" '
        f'stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">{drawing}</svg>'
    )
