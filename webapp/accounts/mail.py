"""The mails of the accounts room."""

from email.message import EmailMessage

from webapp.accounts.models import Account
from webapp.i18n import language_prefix
from webapp.outbox.letters import compose
from webapp.settings import current_settings


def sign_in(account: Account, token: str, minutes: int) -> EmailMessage:
    """The link with which its reader signs in."""
    link = f"{current_settings().base_url}{language_prefix(account.language)}/sign-in/{token}"
    return compose("accounts/email/sign_in", account.language, link=link, minutes=minutes)
