MODEL (name shop.days, kind FULL);
SELECT COUNT(*) AS n, SUM(total) AS total FROM shop.daily
