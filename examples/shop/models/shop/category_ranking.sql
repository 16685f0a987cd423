MODEL (
  name shop.category_ranking,
  kind VIEW,
  description 'Categories by revenue in each country.'
);

SELECT
  country,
  category,
  SUM(revenue) AS revenue,
  RANK() OVER (PARTITION BY country ORDER BY SUM(revenue) DESC) AS place
FROM shop.sales
GROUP BY
  country,
  category
