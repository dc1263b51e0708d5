"""The sets known by name as a table, for a terminal."""

from rich.table import Table

from tirkit.bench.datasets.named import NAMED


def datasets_table() -> Table:
    """One line per set: its name, what it is, how many problems, from where, and its licence."""
    table = Table()
    for heading in ("name", "set", "problems", "answers", "from", "licence"):
        table.add_column(heading, justify="right" if heading == "problems" else "left")
    for one in NAMED.values():
        answers = "per problem" if one.domain is None else str(one.domain)
        table.add_row(one.name, one.title, str(one.problems), answers, one.place, one.licence)
    return table
