MODEL (
  name shop.country_weeks,
  kind FULL,
  cron '@weekly',
  description 'Revenue of each country and week.',
  grain (week, country)
);

SELECT
  CAST(DATE_TRUNC('week', order_date) AS DATE) AS week,
  country,
  COUNT(DISTINCT customer_id) AS customers,
  SUM(revenue) AS revenue
FROM shop.sales
WHERE
  NOT country IS NULL
GROUP BY
  CAST(DATE_TRUNC('week', order_date) AS DATE),
  country
