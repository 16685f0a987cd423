MODEL (
  name shop.gold_customers,
  kind VIEW,
  description 'Customers to be written to by hand.'
);

SELECT
  v.customer_id,
  v.full_name,
  v.country,
  v.revenue,
  c.wants_newsletter
FROM shop.customer_value AS v
JOIN staging.customers AS c
  ON c.customer_id = v.customer_id
WHERE
  v.tier = 'gold'
