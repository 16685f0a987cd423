MODEL (
  name raw.baskets,
  kind SEED (
    path '../../seeds/baskets.csv'
  ),
  description 'What is sold on each day of a cycle of 28 days.',
  columns (
    cycle_day INT,
    basket INT,
    line INT,
    second_of_day INT,
    customer_id INT,
    product_id INT,
    quantity INT,
    channel TEXT,
    status TEXT
  ),
  audits (
    number_of_rows(threshold := 1000)
  )
);
