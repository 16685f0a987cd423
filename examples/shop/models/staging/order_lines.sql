MODEL (
  name staging.order_lines,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column order_date,
    batch_size 28
  ),
  description 'One row for each line of each order.',
  columns (
    order_line_id TEXT,
    order_id TEXT,
    ordered_at TIMESTAMP,
    order_date DATE,
    customer_id INT,
    product_id INT,
    quantity INT,
    channel TEXT,
    status TEXT
  ),
  column_descriptions (
    order_line_id = 'day, basket and line',
    order_date = 'the day in UTC'
  ),
  grain order_line_id,
  audits (
    not_null(columns := (order_line_id, customer_id, product_id)),
    unique_values(columns := (order_line_id)),
    accepted_values(column := status, is_in := ('paid', 'returned', 'cancelled'))
  )
);

WITH days AS (
  SELECT
    CAST(day AS DATE) AS day,
    (CAST(day AS DATE) - CAST('2024-01-01' AS DATE)) % 28 AS cycle_day
  FROM GENERATE_SERIES(CAST(@start_ds AS TIMESTAMP), CAST(@end_ds AS TIMESTAMP), INTERVAL '1' DAY) AS s(day)
)
SELECT
  REPLACE(CAST(d.day AS TEXT), '-', '') || '-' || b.basket || '-' || b.line AS order_line_id,
  REPLACE(CAST(d.day AS TEXT), '-', '') || '-' || b.basket AS order_id,
  CAST(d.day AS TIMESTAMP) + b.second_of_day * INTERVAL '1' SECOND AS ordered_at,
  d.day AS order_date,
  b.customer_id,
  b.product_id,
  b.quantity,
  b.channel,
  b.status
FROM days AS d
JOIN raw.baskets AS b
  ON b.cycle_day = d.cycle_day
WHERE
  d.day BETWEEN @start_date AND @end_date
