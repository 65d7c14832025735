"""Writes of the enquiries room: sending, what becomes of the mails, the contact, and how long all of it is kept."""
