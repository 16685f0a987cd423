MODEL (
  name shop.customer_value,
  kind FULL,
  description 'A row for each customer who has ordered: first and last order, what they have spent, their favourite category.',
  grain customer_id
);

WITH spent AS (
  SELECT
    customer_id,
    MIN(order_date) AS first_order,
    MAX(order_date) AS last_order,
    COUNT(DISTINCT order_id) AS orders,
    SUM(revenue) AS revenue
  FROM shop.sales
  GROUP BY
    customer_id
), by_category AS (
  SELECT
    customer_id,
    category,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY SUM(revenue) DESC, category) AS place
  FROM shop.sales
  GROUP BY
    customer_id,
    category
)
SELECT
  s.customer_id,
  c.full_name,
  c.country,
  s.first_order,
  s.last_order,
  s.orders,
  s.revenue,
  f.category AS favourite_category,
  CASE WHEN s.revenue >= @gold_customer THEN 'gold' WHEN s.orders > 3 THEN 'regular' ELSE 'new' END AS tier
FROM spent AS s
JOIN staging.customers AS c
  ON c.customer_id = s.customer_id
JOIN by_category AS f
  ON f.customer_id = s.customer_id AND f.place = 1
