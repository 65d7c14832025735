"""Ids of rows in addresses and forms: a number that no row can have is no address of ours, nor an error."""

from werkzeug.routing import IntegerConverter, Map

# PostgreSQL's integer; SQLite would take more, and refuse in the middle of a query what is larger still.
LARGEST = 2**31 - 1


class RowIdConverter(IntegerConverter):
    """`<int:…>` of an address: a larger number is an unknown address."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)


def row_id(text: str) -> int:
    """The id in a query or a form, for `args.get(…, type=row_id)`. Raises ValueError for what can be none."""
    number = int(text)
    if not 0 < number <= LARGEST:
        raise ValueError(text)
    return number
