#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "executor/executor_int.h"

#include <string.h>

static char id[] = "e1";
static struct executor executor;
static struct lane lane;

int setup(void **state)
{
    struct job *j = g_new0(struct job, 1);

    executor = (struct executor){.id = id, .redactor = redactor_new()};
    lane = (struct lane){.e = &executor};
    redactor_add(executor.redactor, "hunter2-secret");
    j->lane = &lane;
    j->state = JOB_RUNNING;
    j->task = wire_task_new();
    j->task->id = g_strdup("7");
    executor__log_init(&j->log, executor.redactor);
    *state = j;
    return 0;
}

int teardown(void **state)
{
    executor__job_free(*state);
    redactor_free(executor.redactor);
    return 0;
}

void test_a_secret_does_not_leave_in_any_chunk(void **state)
{
    struct job *j = *state;
    g_autoptr(wire_log) first = NULL, second = NULL;

    executor__log_add(j, "password is hunter2-secret, and half of it: hunter2-");
    first = executor__log_take(j);
    assert_string_equal(first->text, "password is ***, and half of it: hunter2-\n");
    executor__log_add(j, "no end: hunter2");
    executor__log_close(j);
    second = executor__log_take(j);
    assert_string_equal(second->text, "no end: hunter2\n");
    assert_int_equal(second->sequence, 1);
    assert_int_equal(second->offset, strlen(first->text));
    assert_null(executor__log_take(j));
}

void test_a_secret_of_two_lines_is_found_across_chunks(void **state)
{
    struct job *j = *state;
    g_autoptr(wire_log) first = NULL, second = NULL;

    redactor_add(executor.redactor, "-----BEGIN\nKEY");
    executor__log_add(j, "key: -----BEGIN");
    first = executor__log_take(j);
    assert_string_equal(first->text, "key: ");
    executor__log_add(j, "KEY done");
    executor__log_close(j);
    second = executor__log_take(j);
    assert_string_equal(second->text, "*** done\n");
}

void test_chunks_are_bounded_and_hold_whole_characters(void **state)
{
    struct job *j = *state;
    GString *line = g_string_new("x");
    g_autoptr(wire_log) first = NULL, second = NULL;

    while (line->len < MAX_LOG_CHUNK + 1000)
        g_string_append(line, "ä");
    executor__log_add(j, line->str);
    first = executor__log_take(j);
    second = executor__log_take(j);
    assert_int_equal(strlen(first->text), MAX_LOG_CHUNK - 1);
    assert_true(g_utf8_validate(first->text, -1, NULL));
    assert_true(g_utf8_validate(second->text, -1, NULL));
    assert_int_equal(second->offset, strlen(first->text));
    assert_int_equal(strlen(first->text) + strlen(second->text), line->len + 1);
    g_string_free(line, TRUE);
}

void test_what_finds_no_room_is_a_gap(void **state)
{
    struct job *j = *state;
    g_autofree char *line = g_strnfill(1023, 'x');
    int64_t end = 0;
    struct wire_log *chunk;

    for (int i = 0; i < 300; i++)
        executor__log_add(j, line);
    assert_true(j->log.pending->len <= 256 * 1024);
    while ((chunk = executor__log_take(j))) {
        assert_int_equal(chunk->offset, end);
        end += (int64_t)strlen(chunk->text);
        wire_log_free(chunk);
    }
    executor__log_add(j, "after");
    chunk = executor__log_take(j);
    assert_int_equal(chunk->offset, 300 * 1024);
    assert_true(end < chunk->offset);
    wire_log_free(chunk);
}
