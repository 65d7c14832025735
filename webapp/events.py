"""What a lower room tells the rooms above it. Receivers run in the sender's transaction and must not commit."""

from blinker import Namespace

_signals = Namespace()

# Sender: the class that changed; keyword `clinic_id` / `offer_id` / `delivery` / `claim` / `recipient`.
clinic_changed = _signals.signal("clinic-changed")
offers_changed = _signals.signal("offers-changed")
delivery_ended = _signals.signal("delivery-ended")
claim_accepted = _signals.signal("claim-accepted")
clinic_asked = _signals.signal("clinic-asked")

# Sender: Delivery; keywords `delivery` and `hard` (the address is no good; else it may work later).
mail_bounced = _signals.signal("mail-bounced")
# Sender: Delivery; keywords `delivery`, `text` (the writer's own words, "" where there are none), `raw` (the whole
# mail, readable, without what lets a reader act), `attachments` (how many were dropped), `received_at`.
mail_replied = _signals.signal("mail-replied")
