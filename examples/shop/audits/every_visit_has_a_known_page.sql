AUDIT (
  name every_visit_has_a_known_page,
  blocking false
);

SELECT
  *
FROM @this_model
WHERE
  NOT page IN ('home', 'search', 'category', 'product', 'basket', 'checkout')
