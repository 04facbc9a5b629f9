"""Examples/quote, written with FastAPI: the same routes, checks, tables and answers."""

import csv
import os
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Examples", "quote", "data")


class Currency(str, Enum):
    eur = "eur"
    usd = "usd"
    gbp = "gbp"
    jpy = "jpy"


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: int = Field(ge=1, le=1_000_000_000)
    item: str = Field(pattern=r"^[A-Z]{2}-[0-9]{3}$")
    count: int = Field(default=1, ge=1, le=1000)
    currency: Currency


class Quote(BaseModel):
    id: int
    item: str
    name: str
    total: float
    currency: Currency


def table(name):
    with open(os.path.join(DATA, name)) as file:
        return list(csv.DictReader(file))


ITEMS = {row["item"]: (row["name"], Decimal(row["usd"])) for row in table("items.csv")}
RATES = {row["currency"]: Decimal(row["rate"]) for row in table("rates.csv")}
CENT = Decimal("0.01")
DISCOUNT = Decimal("0.9")

app = FastAPI()


@app.post("/quote", response_model=Quote)
async def quote(order: Order):
    found = ITEMS.get(order.item)
    if found is None:
        unknown = {"id": order.id, "item": order.item, "reason": f"no item `{order.item}`"}
        return JSONResponse(unknown, status_code=404)
    name, usd = found
    rate = RATES.get(order.currency.value)
    total = usd * order.count * (DISCOUNT if order.count >= 10 else 1) * (rate or 1)
    return Quote(
        id=order.id, item=order.item, name=name, total=float(total.quantize(CENT, ROUND_HALF_EVEN)),
        currency=order.currency if rate else Currency.usd)
