MODEL (
  name staging.customers,
  kind VIEW,
  description 'Customers with the newsletter answer as a boolean: no answer is no.',
  grain customer_id
);

SELECT
  customer_id, -- the account's number
  full_name,
  country,
  signed_up_on,
  COALESCE(newsletter, 'no') = 'yes' AS wants_newsletter
FROM raw.customers
