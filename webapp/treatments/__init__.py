"""Treatments, their names in every language, and what the sources say of them."""
