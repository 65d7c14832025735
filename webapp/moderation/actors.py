"""Who changes something: shown in the log of decisions and beside what was confirmed."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """In whose name it is done."""

    CLINIC = "clinic"
    STAFF = "staff"
    # Whoever runs the commands of the installation.
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is what the log says; `account_id` is None for commands, tasks and links without an account."""

    kind: ActorKind
    name: str
    account_id: int | None = None


OPERATOR = Actor(ActorKind.OPERATOR, "the operator")
SYSTEM = Actor(ActorKind.SYSTEM, "the system")
