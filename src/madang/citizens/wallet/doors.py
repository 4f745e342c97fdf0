"""Where this service stands in the menus."""

from madang.core.base.interface import Text
from madang.core.pages.interface import MenuLink, Protocol

from .pages.checks import CHECKS_HOME
from .pages.checks import TITLE as CHECKS_TITLE
from .pages.desk import DESK
from .pages.desk import TITLE as DESK_TITLE
from .pages.elsewhere import DESK_HOME as PROVIDERS_HOME
from .pages.elsewhere import PROVIDERS_TITLE
from .pages.programs import HOME as PROGRAMS_HOME
from .pages.programs import TITLE as PROGRAMS_TITLE
from .pages.public import HOME, TITLE
from .pages.transfers import DESK_HOME
from .pages.transfers import DESK_TITLE as TRANSFERS_TITLE
from .pages.trust import HOME as ISSUERS_HOME
from .pages.trust import TITLE as ISSUERS_TITLE

MENU = [
    MenuLink(title=TITLE, href=HOME, order=24),
    MenuLink(title=DESK_TITLE, href=DESK, door="desk", order=430, permission="wallet.issue"),
    MenuLink(title=CHECKS_TITLE, href=CHECKS_HOME, door="desk", order=431, permission="wallet.verify"),
    MenuLink(title=TRANSFERS_TITLE, href=DESK_HOME, door="desk", order=432, permission="wallet.receive"),
    MenuLink(title=PROGRAMS_TITLE, href=PROGRAMS_HOME, door="desk", order=433, permission="wallet.connect"),
    MenuLink(title=PROVIDERS_TITLE, href=PROVIDERS_HOME, door="desk", order=434, permission="wallet.connect"),
    MenuLink(title=ISSUERS_TITLE, href=ISSUERS_HOME, door="desk", order=435, permission="wallet.trust"),
]
PROTOCOLS = [
    Protocol(
        title=Text(ko="OpenID4VCI", en="OpenID4VCI"),
        about=Text(
            ko="다른 지갑이 이 도시의 증명서를 받는 방법이에요.",
            en="How another wallet receives this city's certificates.",
        ),
        example="/.well-known/openid-credential-issuer/wallet",
        order=50,
    ),
]
