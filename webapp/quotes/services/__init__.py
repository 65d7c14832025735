"""Writes of the quotes room: what a clinic answers, what the patient makes of it, what both ask each other."""
