"""Hand a claimed mail to the mail server."""

from dataclasses import dataclass

from webapp.clients import mailer
from webapp.outbox.services.claiming import Letter
from webapp.settings import current_settings

# How long the mail server may take on the first attempt until it wants the mail's content, in seconds; later ones
# have mailer.TOTAL_SECONDS for everything. A new mail to a server that says nothing should not hold a worker for
# half a minute while others wait; a server that is only slow gets its time a minute later. Once the content is on
# its way the first attempt has the whole time too: cut off there, the mail may have been taken and would repeat.
FIRST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mail server took the responsibility for the mail."""

    code: int


Outcome = Accepted | mailer.SendError


def attempt(letter: Letter) -> Outcome:
    """Hand a claimed mail to the mail server. Touches no database: no transaction waits for a server."""
    settings = current_settings()
    try:
        return Accepted(
            mailer.send(
                settings.mail_url,
                letter.bounces_to or settings.mail_from,
                letter.to,
                letter.mail,
                until_content=FIRST_SECONDS if letter.attempts == 1 else mailer.TOTAL_SECONDS,
            )
        )
    except mailer.SendError as error:
        return error
