"""One at a time with an enquiry: whoever changes something of it holds its row first, and then what hangs on it.

In that order everywhere (the enquiry, its recipients, their quotes), so that two who act at once wait for each other
and never both. A worker that has just settled or heard a mail holds that mail before, and tries again where an erasure
holds the enquiry already.
"""

from sqlalchemy import select

from webapp.enquiries.models import Enquiry
from webapp.extensions import db


def hold(enquiry_id: int, *, to_delete: bool = False) -> bool:
    """Hold the enquiry until the unit of work around the call ends. False: it was erased, perhaps while we waited.

    What was read before is read anew afterwards. Whoever will delete it says so now: to ask for more later, while
    others wait, is how two come to wait for each other.
    """
    db.session.flush()
    held = select(Enquiry.id).where(Enquiry.id == enquiry_id).with_for_update(key_share=not to_delete)
    found = db.session.scalar(held)
    db.session.expire_all()
    return found is not None
