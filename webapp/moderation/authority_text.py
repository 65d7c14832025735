"""The words under which a clinic lets itself be listed. They stand on the page in full; what stood there is kept.

Whoever changes a word of the English text gives it a new VERSION (tests/moderation/test_authority.py holds the two
together): a clinic agreed to one version, and can read which.
"""

from flask_babel import gettext as _

VERSION = "2026-11-21"
# What the agreement covers, in the order of the text's first three paragraphs.
SCOPE = ("listing", "prices", "enquiries")


def paragraphs() -> list[str]:
    """The text in the reader's language."""
    return [
        _(
            "I may speak for this clinic. Like for Like may show it: name, address, opening hours, contact, languages,"
            " and its doctors with their registration numbers."
        ),
        _(
            "Like for Like may show the prices that the clinic states, item by item and beside other clinics’ prices,"
            " under the rules of its market."
        ),
        _(
            "Like for Like may hand on patients’ enquiries to the address that the clinic has confirmed, while the"
            " clinic takes enquiries. The clinic uses what a patient writes to answer her, and for nothing else."
        ),
        _(
            "The clinic answers for what it states and keeps it up to date. What it has not confirmed for a while is"
            " marked as unconfirmed and leaves the totals. Words that the rules of its market forbid are not shown."
        ),
        _(
            "It costs nothing. There is no fee, no commission and no paid place, and there are no reviews and no"
            " ranking."
        ),
        _(
            "The clinic can leave at any time, with one press of a button. It is then no longer shown, and no enquiry"
            " goes to it."
        ),
    ]


def text() -> str:
    """The text in the reader's language as one piece, with its version."""
    return "\n\n".join([_("Version %(version)s", version=VERSION), *paragraphs()])
