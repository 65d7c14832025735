"""The staff room: what waits for a person of the operator's, and what was decided."""
