"""The answers to the queries, from DuckDB, and whether a folder of CSV files holds the same rows."""

import glob
import os

import duckdb

FOLDER = os.path.dirname(os.path.abspath(__file__))
QUERIES = [f"q{n}" for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 16, 17, 18, 19, 20)]
PUBLISHED = {"q1": 92_000, "q2": 351, "q8": 6_000, "q11": 1_919}

COLUMNS = {
    "persons": "id name email credit_card city state date_time extra",
    "auctions": "id item description initial_bid reserve date_time expires seller category extra",
    "bids": "auction bidder price channel url date_time extra",
}
NUMBERS = set("id date_time initial_bid reserve expires seller category auction bidder price".split())


def kinds(query):
    """The kinds of events that a query reads."""
    return {
        "q3": ["auctions", "persons"], "q8": ["auctions", "persons"], "q4": ["bids", "auctions"],
        "q9": ["bids", "auctions"], "q20": ["bids", "auctions"],
    }.get(query, ["bids"])


def rows(files, columns, header):
    """What stands in CSV files; a text without letters is empty, and not absent."""
    texts = ", ".join(f"coalesce({name}, '') AS {name}" for name, kind in columns.items() if kind == "VARCHAR")
    return (f"SELECT * {f'REPLACE ({texts})' if texts else ''} FROM read_csv({files!r}, header = {header}, "
            f"columns = {columns!r}, delim = ',', quote = '\"', escape = '\"')")


class Oracle:
    """The events of one folder."""

    def __init__(self, data):
        self.connection = duckdb.connect()
        for kind, columns in COLUMNS.items():
            types = {name: "BIGINT" if name in NUMBERS else "VARCHAR" for name in columns.split()}
            self.connection.execute(f"CREATE VIEW {kind} AS {rows(f'{data}/{kind}/*.csv', types, False)}")
        with open(os.path.join(FOLDER, "duckdb.sql")) as file:
            self.connection.execute(file.read())

    def count(self, table):
        return self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def difference(self, query, files, header=True):
        """A sentence about the first difference between the query's answer and some files; None where the rows are
        the same, as often, in whatever order."""
        files = [name for name in files if os.path.getsize(name) > 0]
        if not files:
            return None if self.count(query) == 0 else "there is no row"
        columns = dict(row[:2] for row in self.connection.execute(f"DESCRIBE {query}").fetchall())
        got = f"({rows(files, columns, header)})"
        for what, some, others in (("has too often", got, query), ("lacks", query, got)):
            found = self.connection.execute(f"FROM {some} EXCEPT ALL FROM {others} LIMIT 1").fetchone()
            if found:
                return f"{what} {found}"
        return None


def outputs(path):
    """The files of an output: itself, or what lies in it where it is a folder."""
    return sorted(glob.glob(os.path.join(path, "*"))) if os.path.isdir(path) else [path]
