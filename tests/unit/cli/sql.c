/* heddle sql: what it says of a text, for people and in lines of JSON. */
#include "cli_test.h"

static struct said *ask(const char *verb, const char *dialect, const char *sql)
{
    const char *words[] = {"sql", verb, "--dialect", dialect, NULL};

    return run_words(sql, (char **)words);
}

void test_verbs_read_standard_input(void **state)
{
    g_autoptr(said) print = ask("print", "duckdb", "select  1 ; FROM t");
    g_autoptr(said) tables = ask("tables", "duckdb",
                                 "WITH c AS (SELECT * FROM a.b) SELECT * FROM c, \"D\";\nDROP "
                                 "TABLE a.b");
    g_autoptr(said) tokens = ask("tokens", "duckdb", "SELECT\n 'x'");
    g_autoptr(said) tree = ask("tree", "duckdb", "SELECT NOT a");

    (void)state;
    assert_string_equal(print->out, "SELECT 1;\nFROM t;\n");
    assert_string_equal(tables->out, "a.b\nD\n");
    assert_string_equal(tokens->out, "1:1       word       SELECT\n2:2       string     'x'\n");
    assert_string_equal(tree->out,
                        "SELECT\n  PROJECTION UNARY NOT\n    ARG COLUMN\n      PART IDENTIFIER "
                        "'a'\n");
    assert_int_equal(tree->code, CLI_DONE);
}

void test_files_are_named_in_json_and_in_errors(void **state)
{
    char *folder = enter_scratch();
    g_autoptr(said) json = NULL, wrong = NULL;

    (void)state;
    assert_true(g_file_set_contents("a.sql", "SELECT x FROM t", -1, NULL));
    assert_true(g_file_set_contents("b.sql", "SELECT 1;\nSELECT (2", -1, NULL));
    json = run("sql", "tables", "a.sql", "--json", NULL);
    assert_holds(json->out, "\"file\": \"a.sql\"");
    assert_holds(json->out, "\"tables\": [");
    wrong = run("sql", "print", "a.sql", "b.sql", NULL);
    assert_int_equal(wrong->code, CLI_FAILED);
    assert_holds(wrong->err, "b.sql: line 2, column 8: this \"(\" is never closed.");
    leave_scratch(folder);
}

void test_text_that_is_no_utf8_is_told_by_every_verb(void **state)
{
    static const char *const verbs[] = {"tokens", "tree",    "print",   "canonical",
                                        "tables", "columns", "lineage", "expand"};

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++) {
        const char *words[] = {"sql", verbs[i], "--json", NULL};
        g_autoptr(said) json = run_words("SELECT b\xfe FROM b\xfe", (char **)words);

        assert_int_equal(json->code, CLI_DONE);
        assert_holds(json->out, "b\xc3\xbe");
    }
}

void test_a_batch_prints_in_the_dialect_that_is_asked_for(void **state)
{
    const char *words[] = {"sql", "--batch", "--dialect", "snowflake", "--to", "duckdb", NULL};
    const char *wrong[] = {"sql", "--batch", "print", NULL};
    const char *unused[] = {"sql", "--batch", "--schema", "s.json", NULL};
    g_autoptr(said) s = run_words("{\"sql\": \"SELECT IFF(a, 1, 2) FROM t\"}\n"
                                  "{\"sql\": \"SELECT a FROM t\", \"to\": \"postgres\"}\n"
                                  "{\"sql\": \"SELECT a / 2 FROM t\"}\n",
                                  (char **)words);
    g_autoptr(said) verb = run_words("", (char **)wrong), schema = run_words("", (char **)unused);

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    assert_holds(s->out, "SELECT CASE WHEN \\\"A\\\" THEN 1 ELSE 2 END FROM \\\"T\\\"");
    assert_holds(s->out, "\"print\":\"SELECT \\\"A\\\" FROM \\\"T\\\"\"");
    assert_holds(s->out, "a division is not known to mean the same in duckdb as in snowflake");
    assert_int_equal(verb->code, CLI_USAGE);
    assert_int_equal(schema->code, CLI_USAGE);
}

void test_a_batch_answers_every_line(void **state)
{
    const char *words[] = {"sql", "--batch", NULL};
    g_autoptr(said) s =
        run_words("{\"id\": 7, \"sql\": \"select a from x.y\", \"dialect\": \"duckdb\"}\n"
                  "\n"
                  "{\"id\": [\"b\"], \"sql\": \"SELECT 1 FROM\"}\n"
                  "{\"id\": 8, \"sql\": \"FROBNICATE the table\"}\n"
                  "{\"id\": 9, \"sql\": \"SELECT 1\", \"dialect\": \"nonesuch\"}\n"
                  "no JSON",
                  (char **)words);
    g_auto(GStrv) lines = g_strsplit(s->out, "\n", -1);

    (void)state;
    assert_int_equal(s->code, CLI_DONE);
    assert_int_equal(g_strv_length(lines), 6);
    assert_string_equal(
        lines[0], "{\"id\":7,\"ok\":true,\"print\":\"SELECT a FROM x.y\",\"canonical\":\"(SELECT "
                  "PROJECTION(COLUMN PART(IDENTIFIER'a')) FROM(TABLE PART(IDENTIFIER'x') "
                  "PART(IDENTIFIER'y')))\",\"opaque\":0,\"tables\":[\"x.y\"]}");
    assert_string_equal(lines[1],
                        "{\"id\":[\"b\"],\"ok\":false,\"error\":{\"line\":1,\"column\":14,"
                        "\"message\":\"a table was expected here, not the end of the text.\"}}");
    assert_holds(lines[2], "\"print\":\"FROBNICATE the table\"");
    assert_holds(lines[2], "\"opaque\":1");
    assert_holds(lines[3], "\"line\":null");
    assert_holds(lines[4], "\"id\":null,\"ok\":false");
}

void test_columns_and_lineage_use_a_schema(void **state)
{
    char *folder = enter_scratch();
    g_autoptr(said) columns = NULL, lineage = NULL, expand = NULL, json = NULL, open = NULL;

    (void)state;
    assert_true(
        g_file_set_contents("s.json", "{\"db.t\": {\"a\": \"INT\", \"b\": \"INT\"}}", -1, NULL));
    assert_true(g_file_set_contents(
        "q.sql", "WITH c AS (SELECT * FROM db.t)\nSELECT a + b AS s FROM c ORDER BY s", -1, NULL));
    columns = run("sql", "columns", "q.sql", "--schema", "s.json", NULL);
    assert_string_equal(columns->out, "2:8      PROJECTION a -> c\n2:12     PROJECTION b -> c\n"
                                      "2:35     ORDER_BY   s -> a projection\n");
    lineage = run("sql", "lineage", "q.sql", "--schema", "s.json", NULL);
    assert_string_equal(lineage->out, "s <- db.t.a, db.t.b\n");
    open = run("sql", "lineage", "q.sql", NULL);
    assert_string_equal(open->out, "s <- db.t.* …\n");
    expand = run("sql", "expand", "q.sql", "--schema", "s.json", "--dialect", "duckdb", NULL);
    assert_string_equal(expand->out, "WITH c AS (SELECT \"t\".\"a\", \"t\".\"b\" FROM db.t) SELECT "
                                     "a + b AS s FROM c ORDER BY s;\n");
    json = run("sql", "lineage", "q.sql", "--schema", "s.json", "--json", NULL);
    assert_holds(json->out, "\"complete\": true");
    leave_scratch(folder);
}

void test_macros_are_expanded(void **state)
{
    char *folder = enter_scratch();
    g_autoptr(said) done = NULL, wrong = NULL;

    (void)state;
    assert_true(g_file_set_contents("v.json", "{\"x\": 2}", -1, NULL));
    assert_true(
        g_file_set_contents("q.sql", "@DEF(f, y -> y + 1);\nSELECT @f(@x), @nothing", -1, NULL));
    assert_true(g_file_set_contents("r.sql", "@DEF(f, y -> y + 1);\nSELECT @f(@x)", -1, NULL));
    done = run("sql", "expand", "r.sql", "--variables", "v.json", NULL);
    assert_string_equal(done->out, "SELECT 2 + 1;\n");
    wrong = run("sql", "expand", "q.sql", "--variables", "v.json", NULL);
    assert_int_equal(wrong->code, CLI_FAILED);
    assert_holds(wrong->err, "nothing");
    leave_scratch(folder);
}

void test_two_queries_are_compared(void **state)
{
    char *folder = enter_scratch();
    g_autoptr(said) added = NULL, other = NULL, same = NULL, one = NULL, json = NULL;

    (void)state;
    assert_true(g_file_set_contents("a.sql", "SELECT a FROM t", -1, NULL));
    assert_true(g_file_set_contents("b.sql", "SELECT a, b FROM t", -1, NULL));
    added = run("sql", "diff", "a.sql", "b.sql", NULL);
    other = run("sql", "diff", "b.sql", "a.sql", NULL);
    same = run("sql", "diff", "a.sql", "a.sql", NULL);
    json = run("sql", "diff", "a.sql", "b.sql", "--json", NULL);
    one = run("sql", "diff", "a.sql", NULL);
    assert_string_equal(added->out, "projections added\n");
    assert_string_equal(other->out, "otherwise\n");
    assert_string_equal(same->out, "same\n");
    assert_holds(json->out, "\"diff\": \"projections added\"");
    assert_int_equal(one->code, CLI_USAGE);
    leave_scratch(folder);
}

void test_the_command_line_is_checked(void **state)
{
    g_autoptr(said) verb = run("sql", "paint", NULL), none = run("sql", NULL),
                    dialect = run("sql", "print", "--dialect", "duckbd", NULL);

    (void)state;
    assert_int_equal(verb->code, CLI_USAGE);
    assert_holds(verb->err, "tokens, tree, print, canonical, tables");
    assert_int_equal(none->code, CLI_USAGE);
    assert_int_equal(dialect->code, CLI_USAGE);
    assert_holds(dialect->err, "duckbd");
}
