"""The staff room: what waits for a person of the operator's."""
