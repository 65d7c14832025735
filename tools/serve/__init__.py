"""The runner of `make run`: broker, migrations, seed, then web, worker and beat, none of which outlives it.

Reading order: __main__ (what is started, in which order), supervisor (restarts and the end), guarded (one child),
guard (the small process around each child that makes sure nothing is left behind).
"""
