MODEL (
  name raw.visits,
  kind SEED (
    path '../../seeds/visits.csv'
  ),
  description 'Who looks at which page on each day of a cycle of 28 days.',
  columns (
    cycle_day INT,
    session INT,
    second_of_day INT,
    customer_id INT,
    page TEXT
  )
);
