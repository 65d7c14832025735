"""The refresh room: asks authorised clinics' feeds and pages what has changed."""
