/* Every letter of a format, as Python's strftime writes it for times in UTC. */
#include "calendar/date.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static const char letters[] =
    "%Y|%y|%C|%G|%g|%V|%U|%W|%m|%-m|%d|%-d|%e|%j|%-j|%u|%w|%a|%A|%b|%h|%B|%H|%-H|%k|%"
    "I|%-I|%l|%p|%M|%-M|%S|%-S|%f|%F|%T|%X|%R|%D|%x|%c|%Z|%z|%%|%q|%";

static const struct {
    int64_t us;
    const char *text;
} cases[] = {
    {INT64_C(1709622489000012),
     "2024|24|20|2024|24|10|09|10|03|3|05|5| 5|065|65|2|2|Tue|Tuesday|Mar|Mar|March|07"
     "|7| 7|07|7| 7|AM|08|8|09|9|000012|2024-03-05|07:08:09|07:08:09|07:08|03/05/24|03"
     "/05/24|Tue Mar  5 07:08:09 2024|UTC|+0000|%|%q|%"           },
    {INT64_C(1609632000000000),
     "2021|21|20|2020|20|53|01|00|01|1|03|3| 3|003|3|7|0|Sun|Sunday|Jan|Jan|January|00"
     "|0| 0|12|12|12|AM|00|0|00|0|000000|2021-01-03|00:00:00|00:00:00|00:00|01/03/21|0"
     "1/03/21|Sun Jan  3 00:00:00 2021|UTC|+0000|%|%q|%"          },
    {INT64_C(1609459199999999),
     "2020|20|20|2020|20|53|52|52|12|12|31|31|31|366|366|4|4|Thu|Thursday|Dec|Dec|Dece"
     "mber|23|23|23|11|11|11|PM|59|59|59|59|999999|2020-12-31|23:59:59|23:59:59|23:59|"
     "12/31/20|12/31/20|Thu Dec 31 23:59:59 2020|UTC|+0000|%|%q|%"},
    {INT64_C(1767270600000000),
     "2026|26|20|2026|26|01|00|00|01|1|01|1| 1|001|1|4|4|Thu|Thursday|Jan|Jan|January|"
     "12|12|12|12|12|12|PM|30|30|00|0|000000|2026-01-01|12:30:00|12:30:00|12:30|01/01/"
     "26|01/01/26|Thu Jan  1 12:30:00 2026|UTC|+0000|%|%q|%"      },
    {INT64_C(-212399000000),
     "1969|69|19|1970|70|01|52|52|12|12|29|29|29|363|363|1|1|Mon|Monday|Dec|Dec|Decemb"
     "er|13|13|13|01|1| 1|PM|00|0|01|1|000000|1969-12-29|13:00:01|13:00:01|13:00|12/29"
     "/69|12/29/69|Mon Dec 29 13:00:01 1969|UTC|+0000|%|%q|%"     },
};

void test_every_letter_is_written_as_python_writes_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = date_format_us(cases[i].us, letters);

        assert_string_equal(text, cases[i].text);
    }
}
