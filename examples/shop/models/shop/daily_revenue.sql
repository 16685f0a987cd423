MODEL (
  name shop.daily_revenue,
  kind FULL,
  description 'Revenue a day, with the average of seven days.',
  grain order_date,
  audits (
    unique_values(columns := (order_date)),
    forall(criteria := (revenue >= 0, orders > 0))
  )
);

WITH daily AS (
  SELECT
    order_date,
    COUNT(DISTINCT order_id) AS orders,
    SUM(revenue) AS revenue
  FROM shop.sales
  GROUP BY
    order_date
)
SELECT
  order_date,
  orders,
  revenue,
  ROUND(AVG(revenue) OVER (ORDER BY order_date ROWS BETWEEN 6 PRECEDING AND CURRENT ROW), 2) AS revenue_7_days,
  revenue - LAG(revenue) OVER (ORDER BY order_date) AS more_than_the_day_before
FROM daily
