MODEL (name shop.sales, kind SEED (path '../seeds/sales.csv'), columns (day DATE, amount INT), grain day);
