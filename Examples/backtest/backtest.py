"""Trades by two moving averages: python3 backtest.py PRICES.csv --fast DAYS --slow DAYS"""

import argparse
import csv
import json
import sys


def mean_of_last(closes, day, days):
    return sum(closes[day - days : day]) / days


def backtest(closes, fast, slow):
    if fast >= slow:
        sys.exit(f"the fast average needs fewer days than the slow one, not {fast} and {slow}")
    money, highest, deepest, trades, holds = 1.0, 1.0, 0.0, 0, False
    for day in range(slow, len(closes)):
        # Only what is known before the day decides.
        wants = mean_of_last(closes, day, fast) > mean_of_last(closes, day, slow)
        trades += wants != holds
        holds = wants
        if holds:
            money *= closes[day] / closes[day - 1]
        highest = max(highest, money)
        deepest = max(deepest, 1 - money / highest)
    return {"trades": trades, "gain": round(money - 1, 4), "deepest_fall": round(deepest, 4)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("prices")
    parser.add_argument("--fast", type=int, required=True)
    parser.add_argument("--slow", type=int, required=True)
    given = parser.parse_args()
    with open(given.prices, newline="") as file:
        closes = [float(row["close"]) for row in csv.DictReader(file)]
    print(json.dumps(backtest(closes, given.fast, given.slow)))
