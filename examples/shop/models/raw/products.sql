MODEL (
  name raw.products,
  kind SEED (
    path '../../seeds/products.csv'
  ),
  description 'The price list.',
  columns (
    product_id INT,
    title TEXT,
    category TEXT,
    price DECIMAL(10, 2)
  ),
  grain product_id,
  audits (
    unique_values(columns := (product_id)),
    accepted_values(column := category, is_in := ('loom parts', 'yarn', 'looms', 'books', 'tools'))
  )
);
