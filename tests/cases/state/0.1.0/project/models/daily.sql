MODEL (name shop.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day), audits (not_null(columns := (total))));
SELECT day, SUM(amount) AS total FROM shop.sales WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day
