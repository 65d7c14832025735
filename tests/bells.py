"""The doorbell of tests: it is heard and nobody comes."""


class Bells:
    """Stands where the doorbell hangs and remembers what was rung."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def ring(self, name: str, row_id: int) -> None:
        self.rung.append((name, row_id))
