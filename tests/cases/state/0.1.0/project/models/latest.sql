MODEL (name shop.latest, kind VIEW);
SELECT MAX(day) AS day FROM shop.daily
