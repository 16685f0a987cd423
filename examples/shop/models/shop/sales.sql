MODEL (
  name shop.sales,
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column order_date,
    batch_size 30,
    lookback 2
  ),
  description 'Order lines with what they are worth. Two days are read again: orders are returned or cancelled late.',
  grain order_line_id,
  audits (
    not_null(columns := (order_line_id, revenue)),
    revenue_is_never_negative
  )
);

SELECT
  l.order_line_id::TEXT AS order_line_id,
  l.order_id::TEXT AS order_id,
  l.order_date::DATE AS order_date,
  l.customer_id::INT AS customer_id,
  c.country::TEXT AS country, -- where the customer lives
  p.category::TEXT AS category,
  l.channel::TEXT AS channel,
  l.quantity::INT AS quantity,
  (CASE WHEN l.status = 'paid' THEN l.quantity * p.price ELSE 0 END)::DECIMAL(12, 2) AS revenue -- in euros
FROM staging.order_lines AS l
JOIN raw.products AS p
  ON p.product_id = l.product_id
LEFT JOIN staging.customers AS c
  ON c.customer_id = l.customer_id
WHERE
  l.order_date BETWEEN @start_date AND @end_date
