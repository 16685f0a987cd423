#!/usr/bin/env python3
"""Write the seeds of this example anew. They are committed; this shows where they come from.

The shop's trade repeats every 28 days: a row of baskets.csv or visits.csv says on which day of
that cycle, and at which second of the day, something happens. So there is data for every day, the
one you try this on included.
"""
import csv
import datetime
import pathlib
import random

CYCLE_DAYS = 28
CUSTOMERS = 400
PRODUCTS = [
    ("Warp beam", "loom parts", 189.00), ("Heddle, flat steel", "loom parts", 0.45),
    ("Heddle, texsolv", "loom parts", 0.39), ("Reed, 10 dents", "loom parts", 64.50),
    ("Reed, 12 dents", "loom parts", 69.50), ("Shuttle, boat", "loom parts", 34.90),
    ("Shuttle, stick", "loom parts", 8.20), ("Bobbin, 10 pieces", "loom parts", 12.00),
    ("Lease sticks, a pair", "loom parts", 17.30), ("Temple, wooden", "loom parts", 42.00),
    ("Cotton 8/2, white", "yarn", 11.90), ("Cotton 8/2, indigo", "yarn", 12.90),
    ("Cotton 8/4, rug warp", "yarn", 9.80), ("Linen 16/1, natural", "yarn", 21.40),
    ("Linen 16/2, bleached", "yarn", 24.60), ("Wool, Shetland, grey", "yarn", 15.20),
    ("Wool, Shetland, heather", "yarn", 15.80), ("Silk 20/2, raw", "yarn", 38.00),
    ("Hemp 10/1", "yarn", 18.70), ("Alpaca, undyed", "yarn", 29.90),
    ("Rigid heddle loom, 40 cm", "looms", 219.00), ("Rigid heddle loom, 60 cm", "looms", 269.00),
    ("Table loom, 4 shafts", "looms", 640.00), ("Table loom, 8 shafts", "looms", 890.00),
    ("Floor loom, 8 shafts", "looms", 2890.00), ("Inkle loom", "looms", 89.00),
    ("Tapestry frame", "looms", 54.00), ("Drafting for beginners", "books", 28.00),
    ("Four shafts, 700 patterns", "books", 44.00), ("Dyeing with plants", "books", 32.50),
    ("The weaver's year", "books", 24.00), ("Warping board", "tools", 76.00),
    ("Swift", "tools", 58.00), ("Ball winder", "tools", 49.00), ("Niddy noddy", "tools", 19.50),
    ("Threading hook", "tools", 6.90), ("Yarn scale", "tools", 27.00), ("Fringe twister", "tools", 22.00),
]
COUNTRIES = ["DE"] * 5 + ["FR"] * 3 + ["GB"] * 3 + ["SE"] * 2 + ["IT", "NL", "DK", "FI", "PL"]
FIRST = "Ada Bela Cleo Dario Elif Finn Greta Hugo Ines Jonas Kira Lars Mila Nils Olga Pavel".split()
LAST = "Weber Tisserand Webster Vävare Tessitore Wever Kudoja Tkacz Loomis Draper Walker Dyer".split()
PAGES = ["home", "search", "category", "product", "basket", "checkout"]


def write(name, head, rows):
    path = pathlib.Path(__file__).parent / name
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


def main():
    dice = random.Random(1804)
    born = datetime.date(2023, 1, 1)
    customers = [
        (i, f"{dice.choice(FIRST)} {dice.choice(LAST)}", dice.choice(COUNTRIES),
         born + datetime.timedelta(days=dice.randrange(900)), dice.choice(["yes", "yes", "no", ""]))
        for i in range(1, CUSTOMERS + 1)]
    write("customers.csv", ["customer_id", "full_name", "country", "signed_up_on", "newsletter"], customers)
    write("products.csv", ["product_id", "title", "category", "price"],
          [(i, *p[:2], f"{p[2]:.2f}") for i, p in enumerate(PRODUCTS, 1)])

    baskets, basket = [], 0
    for day in range(CYCLE_DAYS):
        for _ in range(dice.randrange(24, 42) - (12 if day % 7 == 6 else 0)):
            basket += 1
            who = min(CUSTOMERS, int(dice.expovariate(1 / 90)) + 1)
            second = dice.randrange(6 * 3600, 23 * 3600)
            channel = dice.choice(["web", "web", "web", "phone", "fair"])
            status = dice.choice(["paid"] * 12 + ["returned", "cancelled"])
            for line in range(1, dice.choice([1, 1, 2, 2, 3, 5]) + 1):
                what = min(len(PRODUCTS), int(dice.expovariate(1 / 12)) + 1)
                baskets.append((day, basket, line, second, who, what, dice.choice([1, 1, 1, 2, 3, 10]), channel, status))
    write("baskets.csv", ["cycle_day", "basket", "line", "second_of_day", "customer_id", "product_id",
                          "quantity", "channel", "status"], baskets)

    visits = []
    for day in range(CYCLE_DAYS):
        for session in range(1, dice.randrange(35, 60)):
            who = dice.randrange(1, CUSTOMERS + 1) if dice.random() < 0.6 else ""
            second = dice.randrange(0, 23 * 3600)
            for page in PAGES[:dice.choice([1, 1, 2, 3, 4, 4, 5, 6])]:
                visits.append((day, session, second, who, page))
                second += dice.randrange(4, 240)
    write("visits.csv", ["cycle_day", "session", "second_of_day", "customer_id", "page"], visits)


if __name__ == "__main__":
    main()
