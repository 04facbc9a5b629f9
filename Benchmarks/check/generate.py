"""Writes a valid program of about LINES lines to standard output: generate.py LINES [SEED]; or a project of FILES files
with so many lines in all: generate.py --project FOLDER FILES LINES [SEED].

Units follow each other, each with what a real file of its kind has: an enum, a distinct type, records, functions over
values, flow functions and one or two pipelines that use them. In a project each file imports types and functions of
two files before it, one by its names, the other as a whole. The same seed gives the same bytes."""

import os
import random
import sys

THINGS = ["order", "visit", "parcel", "ticket", "meter", "claim", "flight", "sensor", "invoice", "shift"]
PLACES = ["shop", "region", "depot", "desk", "plant", "branch", "gate", "field"]
STATES = ["open", "paid", "sent", "lost", "held", "closed", "late", "returned"]
UNITS = ["EUR", "USD", "GBP", "SEK", "JPY"]


class Unit:
    """Everything of one unit ends in its number, so that names never meet."""

    def __init__(self, number, dice):
        self.n = number
        self.dice = dice
        self.thing = dice.choice(THINGS)
        self.place = dice.choice(PLACES)
        self.states = dice.sample(STATES, dice.randint(3, 6))
        self.record = f"{self.thing.title()}{number}"
        self.id = f"{self.record}Id"
        self.state = f"{self.record}State"
        self.rate = f"Rate{number}"
        self.priced = f"Priced{self.record}"
        self.summary = f"{self.record}Summary"
        self.note = f"{self.record}Note"
        self.lines = []

    def add(self, text):
        self.lines += text.strip("\n").split("\n")
        self.lines.append("")

    def types(self):
        cases = ", ".join(self.states)
        self.add(f"enum {self.state} {{ {cases} }}\ntype {self.id} = Int")
        notes = "\n".join(
            f"  extra_{k}: {self.dice.choice(['String', 'Int?', 'Float?', 'Bool', 'Date?', 'String?'])}"
            for k in range(self.dice.randint(1, 5)))
        self.add(f"""
/// One {self.thing} as the {self.place} reports it.
record {self.record} {{
  id: {self.id} @key
  {self.place}: String
  currency: String @one_of({", ".join(f'"{unit}"' for unit in UNITS)})
  amount: Decimal
  weight: Float @range(0, {self.dice.randint(100, 9999)})
  quantity: Int = 1
  state: {self.state}
  note: String?
  at: Timestamp
{notes}
}}
""")
        self.add(f"record {self.rate} {{ currency: String, usd: Decimal, since: Date? }}")
        self.add(f"""
record {self.priced} {{
  id: {self.id}
  {self.place}: String
  state: {self.state}
  usd: Decimal
  heavy: Bool
  day: Date
}}
""")
        self.add(f"record {self.note} {{ id: {self.id}, score: Int, label: String, number: Int }}")
        self.add(f"""
record {self.summary} {{
  {self.place}: String
  usd: Decimal
  {self.thing}s: Int
  heavy: Int
  mean_usd: Decimal?
  states: Int
}}
""")

    def functions(self):
        n, record = self.n, self.record
        half = len(self.states) // 2
        good = " | ".join(f".{state}" for state in self.states[:half])
        bad = " | ".join(f".{state}" for state in self.states[half:])
        factor = self.dice.randint(2, 40)
        self.add(f"""
fn price_of_{n}(o: {record}, r: {self.rate}?) -> Decimal {{
  let base = if o.quantity > {factor} {{ o.amount * 0.95 }} else {{ o.amount }}
  base * (r?.usd ?? 1)
}}
""")
        self.add(f"""
fn score_{n}(o: {record}) -> Int {{
  match o.state {{
    {good} -> o.quantity * {factor},
    {bad} -> 0,
  }}
}}
""")
        self.add(f"""
/// A short text for people.
fn label_{n}(o: {record}, width: Int = {self.dice.randint(8, 30)}) -> String {{
  let name = o.{self.place}.trim().lower()
  if name.len() > width {{ "{{name.slice(0, width)}}..." }} else {{ "{{name}} ({{o.currency}})" }}
}}
""")
        self.may_fail = self.dice.random() < 0.6
        if self.may_fail:
            self.add(f"""
fn number_{n}(text: String) -> Int! {{
  let digits = text.replace(",", "").trim()
  if digits.is_empty() {{ fail("no digits in {{text}}") }} else {{ try digits.to_int() }}
}}
""")
        else:
            self.add(f"""
fn number_{n}(text: String) -> Int {{
  let parts = text.split(";").filter(p -> !p.is_empty())
  parts.map(p -> p.len()).sum() + (text.to_int() else {factor})
}}
""")

    def flows(self):
        n = self.n
        first = self.states[0]
        self.add(f"""
/// {self.thing.title()}s in one currency.
fn price_{n}({self.thing}s: Flow<{self.record}>, rates: Table<{self.rate}>, least: Float = 0.5) -> Flow<{self.priced}> {{
  {self.thing}s
    .filter(o -> o.state != .{first} && o.weight >= least)
    .left_join(rates, on: (o, r) -> o.currency == r.currency,
               select: (o, r) -> {self.priced} {{
                 o.id, o.{self.place}, o.state,
                 usd: price_of_{n}(o, r),
                 heavy: o.weight > {self.dice.randint(10, 90)}.0,
                 day: o.at.date(),
               }})
}}
""")
        self.add(f"""
fn summed_{n}(priced: Flow<{self.priced}>) -> Flow<{self.summary}> {{
  priced.group_by(p -> p.{self.place})
    .aggregate(g -> {self.summary} {{
      {self.place}: g.key,
      usd: g.sum(p -> p.usd),
      {self.thing}s: g.count(),
      heavy: g.where(p -> p.heavy).count(),
      mean_usd: g.where(p -> p.state == .{first}).mean(p -> p.usd),
      states: g.count_distinct(p -> p.state),
    }})
}}
""")

    def pipelines(self):
        n, s = self.n, f"{self.thing}s"
        self.add(f"""
/// {self.thing.title()}s by {self.place}, every day.
pipeline daily_{n}(day: Date = date("2026-01-{self.dice.randint(1, 28):02d}"), least: Int = {self.dice.randint(1, 9)}) {{
  from {s}: Table<{self.record}> = csv("data/{s}_{n}-{{day}}.csv", null: "NA")
  from rates: Table<{self.rate}> = csv("data/rates_{n}.csv")

  let priced = price_{n}({s}, rates, least: {self.dice.randint(1, 20)}.5)
  let summary = summed_{n}(priced)

  check summary {{
    rows(min: 1)
    unique(r -> r.{self.place})
    every(r -> r.usd >= 0, at_least: 0.99)
    warn that(g -> g.count() < {self.dice.randint(100, 9999)}, "more {self.place}s than expected")
  }}

  let best = summary.filter(r -> r.{s} > least).sort(by: r -> desc(r.usd), then: r -> r.{self.place}).limit(20)
  into report: Table<{self.summary}> = csv("out/report_{n}-{{day}}.csv") <- best
  into shown = stdout(format: table) <- priced.top(5, by: p -> p.usd)
  into notes: Table<{self.note}> = csv("out/notes_{n}-{{day}}.csv")
    <- {s}.map(o -> {self.note} {{
      o.id,
      score: score_{n}(o),
      label: label_{n}(o, width: 12),
      number: number_{n}(o.note ?? ""){" else 0" if self.may_fail else ""},
    }})
}}
""")
        if self.dice.random() < 0.5:
            self.add(f"""
/// {self.thing.title()}s whose currency is a number, apart from those where it is none.
pipeline clean_{n} {{
  from {s}: Table<{self.record}> = jsonl("data/{s}_{n}.jsonl")
  let numbered, bad = {s}
    .try_map(o -> row {{ o.id, o.{self.place}, number: o.currency.to_int(), text: label_{n}(o, width: 12) }})
  let train, test = {s}.map(o -> row {{ o.id, score: score_{n}(o), o.note }})
    .distinct(by: r -> r.id)
    .split(0.8, by: r -> r.id)
  let kept = train.semi_join(numbered, on: (t, k) -> t.id == k.id)
  into failures = jsonl("out/failures_{n}.jsonl") <- bad
  into kept_rows = csv("out/kept_{n}.csv") <- kept.union(test).sort(by: r -> r.id)
}}
""")

    def text(self):
        self.types()
        self.functions()
        self.flows()
        self.pipelines()
        return self.lines


def program(wanted, dice):
    lines = []
    number = 1
    while len(lines) < wanted:
        lines += Unit(number, dice).text()
        number += 1
    return lines


def imports(unit, near, far):
    """What a file of a project takes from two others: the last unit of each."""
    return f"""
import "./part_{far[0]:04d}.thal" as far
import "./part_{near[0]:04d}.thal" {{ {", ".join(sorted([near[1].record, near[1].rate]))}, price_of_{near[1].n} }}
""".strip("\n").split("\n") + [""], f"""
fn imported_{unit.n}(o: {near[1].record}, r: {near[1].rate}?, f: far.{far[1].record}) -> Decimal {{
  let score = far.score_{far[1].n}(f)
  price_of_{near[1].n}(o, r) * score.to_decimal()
}}

/// What two files have in common.
pipeline common_{unit.n} {{
  from near: Table<{near[1].record}> = csv("data/near_{unit.n}.csv")
  from rates: Table<{near[1].rate}> = csv("data/near_rates_{unit.n}.csv")
  from others: Table<far.{far[1].record}> = csv("data/far_{unit.n}.csv")
  let rated = near.left_join(
    rates, on: (o, r) -> o.currency == r.currency, select: (o, r) -> row {{ o, r }},
  )
  let both = rated.join(
    others,
    on: (a, f) -> a.o.currency == f.currency,
    select: (a, f) -> row {{ a.o.quantity, worth: imported_{unit.n}(a.o, a.r, f) }},
  )
  into worth = csv("out/common_{unit.n}.csv") <- both
}}
""".strip("\n").split("\n") + [""]


def project(folder, files, wanted, dice):
    """Each file is about as long as the others."""
    number = 1
    last = []
    written = 0
    for index in range(files):
        body = []
        goal = (wanted - written) // (files - index)
        while len(body) < goal - 60:
            unit = Unit(number, dice)
            body += unit.text()
            number += 1
        if not body:
            unit = Unit(number, dice)
            body = unit.text()
            number += 1
        if index >= 2:
            head, use = imports(unit, last[-1], last[dice.randrange(max(0, index - 40), index - 1)])
            body = head + body + use
        last.append((index, unit))
        written += len(body)
        with open(os.path.join(folder, f"part_{index:04d}.thal"), "w") as file:
            file.write("\n".join(body) + "\n")


def main():
    if sys.argv[1] == "--project":
        folder, files, lines = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
        os.makedirs(folder, exist_ok=True)
        project(folder, files, lines, random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1))
        return
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sys.stdout.write("\n".join(program(int(sys.argv[1]), dice)) + "\n")


if __name__ == "__main__":
    main()
