"""The fault runs: a site of real processes, whose parts are killed, frozen, cut off and lied to (reliability.md)."""
