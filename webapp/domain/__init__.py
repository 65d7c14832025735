"""The rules of the field as pure functions and data: standard library only, no clock, no database, no web."""
