#include "control_test.h"

#include "control/html.h"
#include "control/pages.h"

static const char nasty[] = "<script>alert(1)</script>&\"'";

void test_text_is_escaped_wherever_it_stands(void **state)
{
    static const char *const columns[] = {nasty, NULL};
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *page = NULL;

    (void)state;
    control__html_text(out, nasty);
    control__html_pre(out, nasty, nasty);
    control__html_table(out, nasty, columns);
    control__html_row(out);
    control__html_cell(out, nasty, nasty);
    control__html_end(out);
    control__html_facts(out);
    control__html_fact(out, nasty, NULL, nasty);
    control__html_fact(out, "nothing", NULL, NULL);
    control__html_end(out);
    page = control__html_page(nasty, out->str);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "\"'"));
    assert_null(strstr(page, "nothing"));
    assert_non_null(
        strstr(page, "<a href=\"&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&apos;\">"));
}

void test_a_session_leads_to_pages_of_ours_alone(void **state)
{
    static const char *const refused[] = {
        "",
        "/",
        "//evil",
        "https://evil/sqlmesh/",
        "/auth",
        "/sqlmesh/\\evil",
        "/sqlmesh/a b",
        "/sqlmesh/a\r\nX: y",
        "sqlmesh/a",
        "/sqlmesh/\xc3\xa4",
    };

    (void)state;
    assert_true(control__session_may_go_to("/sqlmesh/acme/shop/environments/prod?a=%22b%22&c=d"));
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++)
        assert_false(control__session_may_go_to(refused[i]));
}
