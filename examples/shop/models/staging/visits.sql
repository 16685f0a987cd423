MODEL (
  name staging.visits,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column visited_at,
    batch_size 14
  ),
  description 'One row for each page somebody looked at.',
  audits (
    not_null(columns := (session_id, page)),
    every_visit_has_a_known_page
  )
);

WITH days AS (
  SELECT
    CAST(day AS TIMESTAMP) AS day,
    (CAST(day AS DATE) - CAST('2024-01-01' AS DATE)) % 28 AS cycle_day
  FROM GENERATE_SERIES(CAST(@start_ds AS TIMESTAMP), CAST(@end_ds AS TIMESTAMP), INTERVAL '1' DAY) AS s(day)
)
SELECT
  (REPLACE(CAST(CAST(d.day AS DATE) AS TEXT), '-', '') || '/' || v.session)::TEXT AS session_id,
  (d.day + v.second_of_day * INTERVAL '1' SECOND)::TIMESTAMP AS visited_at,
  v.customer_id::INT AS customer_id, -- nobody for those who did not log in
  v.page::TEXT AS page
FROM days AS d
JOIN raw.visits AS v
  ON v.cycle_day = d.cycle_day
WHERE
  d.day + v.second_of_day * INTERVAL '1' SECOND BETWEEN @start_ts AND @end_ts
