"""The few pictures of the house, drawn on 24 × 24 with one stroke width."""

ICONS = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "globe": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c2.6 2.6 3.6 5.4 3.6 8.5s-1 5.9-3.6 8.5'
    'c-2.6-2.6-3.6-5.4-3.6-8.5s1-5.9 3.6-8.5Z"/>',
    "display": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17Z" fill="currentColor"/>',
    "person": '<circle cx="12" cy="8" r="3.7"/><path d="M4.5 20c1-4 4-5.7 7.5-5.7s6.5 1.7 7.5 5.7"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "help": '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7"/>'
    '<path d="M12 16.7v.1"/>',
    "download": '<path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14"/>',
    "upload": '<path d="M12 16V5M7.5 9.5 12 5l4.5 4.5M5 19.5h14"/>',
    "information": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.7v.1"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "place": '<path d="M12 21c4-4.5 6.5-7.7 6.5-11a6.5 6.5 0 1 0-13 0c0 3.3 2.5 6.5 6.5 11Z"/>'
    '<circle cx="12" cy="10" r="2.3"/>',
}
BRAND = (
    '<svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3">'
    '<path d="M4 13V6a2 2 0 0 1 2-2h7M19 4h7a2 2 0 0 1 2 2v7M28 19v7a2 2 0 0 1-2 2h-7M13 28H6a2 2 0 0 1-2-2v-7"/>'
    '<circle cx="16" cy="16" r="4.5" fill="currentColor" stroke="none"/></svg>'
)
