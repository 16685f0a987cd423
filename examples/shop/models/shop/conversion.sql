MODEL (
  name shop.conversion,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column day
  ),
  description 'How many sessions of a day got how far.',
  grain day
);

WITH sessions AS (
  SELECT
    CAST(visited_at AS DATE) AS day,
    session_id,
    COUNT(*) AS pages,
    MAX(CASE WHEN page = 'basket' THEN 1 ELSE 0 END) AS saw_basket,
    MAX(CASE WHEN page = 'checkout' THEN 1 ELSE 0 END) AS saw_checkout
  FROM staging.visits
  WHERE
    visited_at BETWEEN @start_ts AND @end_ts
  GROUP BY
    CAST(visited_at AS DATE),
    session_id
)
SELECT
  day::DATE AS day,
  COUNT(*)::BIGINT AS sessions,
  SUM(pages)::BIGINT AS pages,
  SUM(saw_basket)::BIGINT AS baskets,
  SUM(saw_checkout)::BIGINT AS checkouts,
  ROUND(SUM(saw_checkout)::DECIMAL(18, 6) / COUNT(*), 4)::DOUBLE PRECISION AS rate
FROM sessions
GROUP BY
  day
