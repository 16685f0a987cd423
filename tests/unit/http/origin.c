/* Whose request it is, behind proxies and behind those who claim to be some. */
#include "http_test.h"

static void peer(struct http_call *c, void *data)
{
    (void)data;
    http_reply(c, 200, NULL, http_peer(c), strlen(http_peer(c)));
}

static const struct http_route routes[] = {
    {"GET", "/peer", 0, peer, "",   NULL, NULL, 0},
    {NULL,  NULL,    0, NULL, NULL, NULL, NULL, 0},
};

static bool admit(struct http_call *c, unsigned needs, void *data)
{
    (void)c;
    (void)needs;
    (void)data;
    return true;
}

static void expect(const char *trusted, const char *headers, const char *wanted)
{
    struct http_server *s;
    g_autofree char *rest = g_strconcat(headers, "\r\n", NULL), *answer = NULL;

    OK((s = http_server_start(&(struct http_server_settings){.listen = "127.0.0.1:0",
                                                             .routes = routes,
                                                             .guard = admit,
                                                             .trusted_proxies = trusted},
                              &error)) != NULL);
    answer = raw(http_server_port(s), "GET /peer", rest);
    http_server_stop(s);
    if (strcmp(body_of(answer), wanted) != 0)
        fail_msg("%s and %s: %s instead of %s", trusted, headers, body_of(answer), wanted);
}

#define FOR(list) "X-Forwarded-For: " list "\r\n"

void test_whom_the_trusted_proxies_say(void **state)
{
    static const struct {
        const char *trusted, *headers, *wanted;
    } cases[] = {
  /* nobody is trusted, or another is */
        {NULL,                            FOR("192.0.2.7"),                                       "127.0.0.1"  },
        {"",                              FOR("192.0.2.7"),                                       "127.0.0.1"  },
        {"10.0.0.0/8",                    FOR("192.0.2.7"),                                       "127.0.0.1"  },
        {"127.0.0.2",                     FOR("192.0.2.7"),                                       "127.0.0.1"  },
        {"128.0.0.0/1",                   FOR("192.0.2.7"),                                       "127.0.0.1"  },
 /* the peer is */
        {"127.0.0.1",                     "",                                                     "127.0.0.1"  },
        {"127.0.0.1",                     FOR("192.0.2.7"),                                       "192.0.2.7"  },
        {"127.0.0.0/8",                   FOR("192.0.2.7"),                                       "192.0.2.7"  },
        {"10.0.0.0/8, ::1, 127.0.0.1/32", FOR("192.0.2.7"),                                       "192.0.2.7"  },
        {"::ffff:127.0.0.0/104",          FOR("192.0.2.7"),                                       "192.0.2.7"  },
        {"127.0.0.1",                     "x-forwarded-for: 192.0.2.7\r\n",                       "192.0.2.7"  },
 /* in all the ways in which addresses are written */
        {"127.0.0.1",                     FOR("2001:DB8:0::7"),                                   "2001:db8::7"},
        {"127.0.0.1",                     FOR("[2001:db8::7]"),                                   "2001:db8::7"},
        {"127.0.0.1",                     FOR("[2001:db8::7]:4711"),                              "2001:db8::7"},
        {"127.0.0.1",                     FOR("192.0.2.7:4711"),                                  "192.0.2.7"  },
        {"127.0.0.1",                     FOR("::ffff:192.0.2.7"),                                "192.0.2.7"  },
        {"127.0.0.1",                     FOR("  192.0.2.7 , "),                                  "192.0.2.7"  },
 /* more than one proxy: the first address from the right that is none of theirs */
        {"127.0.0.1,10.0.0.0/8",          FOR("192.0.2.7, 10.1.2.3"),                             "192.0.2.7"  },
        {"127.0.0.1,fd00::/8",            FOR("192.0.2.7, fd12::3, fd13::1"),                     "192.0.2.7"  },
        {"127.0.0.1,10.0.0.0/8",          FOR("192.0.2.7") FOR("10.1.2.3"),                       "192.0.2.7"  },
        {"127.0.0.1,10.0.0.0/8",          FOR("10.4.4.4, 10.1.2.3"),                              "10.4.4.4"   },
        {"127.0.0.1",                     FOR("192.0.2.7, 10.1.2.3"),                             "10.1.2.3"   },
 /* what the client wrote itself stands left of what the proxy has added */
        {"127.0.0.1",                     FOR("198.51.100.1, 192.0.2.7"),                         "192.0.2.7"  },
        {"127.0.0.1",                     FOR("198.51.100.1") FOR("192.0.2.7"),                   "192.0.2.7"  },
        {"127.0.0.1",                     FOR("127.0.0.1, 192.0.2.7"),                            "192.0.2.7"  },
        {"127.0.0.1,10.0.0.0/8",          FOR("198.51.100.1, 192.0.2.7, 10.1.2.3"),               "192.0.2.7"  },
        {"127.0.0.1,10.0.0.0/8",          FOR("10.9.9.9, 192.0.2.7, 10.1.2.3"),                   "192.0.2.7"  },
 /* what cannot be read is nobody */
        {"127.0.0.1",                     FOR("unknown"),                                         "127.0.0.1"  },
        {"127.0.0.1",                     FOR("<b>192.0.2.7</b>"),                                "127.0.0.1"  },
        {"127.0.0.1",                     FOR("192.0.2.7.1"),                                     "127.0.0.1"  },
        {"127.0.0.1",                     FOR("[2001:db8::7"),                                    "127.0.0.1"  },
        {"127.0.0.1",                     FOR("192.0.2.7, "),                                     "192.0.2.7"  },
        {"127.0.0.1",                     FOR(""),                                                "127.0.0.1"  },
        {"127.0.0.1",                     FOR(",,,"),                                             "127.0.0.1"  },
        {"127.0.0.1,10.0.0.0/8",          FOR("192.0.2.7, _hidden, 10.1.2.3"),                    "10.1.2.3"   },
 /* other headers say nothing */
        {"127.0.0.1",                     "Forwarded: for=192.0.2.7\r\nX-Real-IP: 192.0.2.7\r\n", "127.0.0.1"  },
        {"127.0.0.1",                     "Forwarded: for=198.51.100.1\r\n" FOR("192.0.2.7"),     "192.0.2.7"  },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect(cases[i].trusted, cases[i].headers, cases[i].wanted);
}

void test_a_header_as_long_as_may_be_is_read_from_the_right(void **state)
{
    g_autoptr(GString) header = g_string_new("X-Forwarded-For: ");

    (void)state;
    for (int i = 0; i < 1500; i++)
        g_string_append(header, "198.51.100.1, ");
    g_string_append(header, "192.0.2.7\r\n");
    expect("127.0.0.1", header->str, "192.0.2.7");
}

void test_what_is_no_network_is_refused(void **state)
{
    static const struct {
        const char *list, *said;
    } cases[] = {
        {"ingress",                "cannot be read" },
        {"10.0.0.0/33",            "0 to 32 bits"   },
        {"10.0.0.0/-1",            "0 to 32 bits"   },
        {"10.0.0.0/",              "0 to 32 bits"   },
        {"10.0.0.0/8/8",           "0 to 32 bits"   },
        {"::/129",                 "0 to 128 bits"  },
        {"10.1.2.3/8",             "behind its bits"},
        {"2001:db8::1/32",         "behind its bits"},
        {"10.0.0.0/8,x",           "\"x\" is no"    },
        {"10.0.0.0/8 10.1.0.0/16", "0 to 32 bits"   },
        {"10.0.0",                 "cannot be read" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct http_server_settings settings = {
            .listen = "127.0.0.1:0", .routes = routes, .guard = admit};

        settings.trusted_proxies = cases[i].list;
        FAILS(http_check_networks(cases[i].list, &error), ERROR_INVALID, cases[i].said);
        FAILS(http_server_start(&settings, &error), ERROR_INVALID, cases[i].said);
    }
    OK(http_check_networks(" 10.0.0.0/8 , ::/0,0.0.0.0/0,, 192.0.2.1", &error));
    OK(http_check_networks(NULL, &error));
}
