"""A logistic regression in plain Python."""

import json
import math

FEATURES = ["basic", "months", "minutes", "trend", "calls"]


def rows_of(table):
    with table.open() as lines:
        return [json.loads(line) for line in lines]


def probability(model, row):
    return 1 / (1 + math.exp(-model["bias"] - sum(model[name] * row[name] for name in FEATURES)))


def scaled(rows):
    """The rows with features of mean 0 and deviation 1, and what each feature was."""
    means = {name: sum(row[name] for row in rows) / len(rows) for name in FEATURES}
    scales = {
        name: math.sqrt(sum((row[name] - means[name]) ** 2 for row in rows) / len(rows)) or 1.0
        for name in FEATURES
    }
    return [{name: (row[name] - means[name]) / scales[name] for name in FEATURES} for row in rows], means, scales


def train(known, rounds):
    rows = rows_of(known)
    points, means, scales = scaled(rows)
    model = {"bias": 0.0} | dict.fromkeys(FEATURES, 0.0)
    for _ in range(rounds):
        errors = [row["left"] - probability(model, point) for row, point in zip(rows, points)]
        model["bias"] += sum(errors) / len(rows)
        for name in FEATURES:
            model[name] += sum(error * point[name] for error, point in zip(errors, points)) / len(rows)
    print(f"learnt from {len(rows)} customers in {rounds} rounds")
    for name in FEATURES:
        model[name] /= scales[name]
        model["bias"] -= model[name] * means[name]
    return {name: round(value, 4) for name, value in model.items()}


def evaluate(known, model):
    rows = [(probability(model, row), row["left"]) for row in rows_of(known)]
    left = [risk for risk, has_left in rows if has_left]
    stayed = [risk for risk, has_left in rows if not has_left]
    wins = sum((a > b) + (a == b) / 2 for a in left for b in stayed)
    right = sum((risk > 0.5) == has_left for risk, has_left in rows)
    return {
        "rows": len(rows),
        "auc": round(wins / (len(left) * len(stayed)), 3),
        "accuracy": round(right / len(rows), 3),
    }
