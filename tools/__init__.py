"""The developer's own tools: the runner of `make run`, the lock files, the build of the place data."""
