"""What a clinic may need to know for a quote beyond the minimum; the enquiry form asks for nothing else."""

from enum import StrEnum

# As many as a clinic can say that it answers in a day.
MAX_PER_DAY = 1000


class AsksFor(StrEnum):
    """The contract's words of the column `asks_for`."""

    CONCERNS = "concerns"
    DATES = "dates"
    HAD_BEFORE = "had_before"
    AREA = "area"
    CHANNEL = "channel"
