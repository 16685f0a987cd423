MODEL (
  name raw.customers,
  kind SEED (
    path '../../seeds/customers.csv'
  ),
  description 'People with an account, as the account service exports them.',
  columns (
    customer_id INT,
    full_name TEXT,
    country TEXT,
    signed_up_on DATE,
    newsletter TEXT
  ),
  grain customer_id,
  audits (
    not_null(columns := (customer_id, country, signed_up_on)),
    unique_values(columns := (customer_id))
  )
);
