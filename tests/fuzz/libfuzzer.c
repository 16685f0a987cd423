/* What a target needs where libFuzzer gives main(): how a find is told, and damage by tokens beside
 * libFuzzer's own. */
#include "damage.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

void fuzz_found(const char *what, const char *text, size_t len, const struct sql_dialect *d)
{
    fprintf(stderr, "%s\ndialect %s\ninput   %.*s\n", what, sql_dialect_name(d), (int)len, text);
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    g_autoptr(GString) text = g_string_new_len((const char *)data, (gssize)size);
    g_autoptr(GString) same = g_string_new_len((const char *)data, (gssize)size);
    uint32_t random = seed;

    if (size < 3 || fuzz_random(&random, 2))
        return LLVMFuzzerMutate(data, size, max_size);
    fuzz_damage(text, same, &random);
    size = MIN(text->len, max_size);
    memcpy(data, text->str, size);
    return size;
}
