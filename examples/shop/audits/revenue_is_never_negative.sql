AUDIT (
  name revenue_is_never_negative
);

SELECT
  *
FROM @this_model
WHERE
  revenue < 0
