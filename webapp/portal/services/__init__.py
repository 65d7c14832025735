"""Writes of the portal: who keeps a clinic's listing, and where its enquiries go."""
