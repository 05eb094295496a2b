/* SPDX-License-Identifier: Apache-2.0 */
#include "site.h"

#include <string.h>

/* Few are checked rarely, and often after the next reload. */
static unsigned interval(const struct site *s, unsigned host, unsigned service)
{
    return host % 5 == 2 && service == 2 && !s->second ? 6 * 3600 : 60 + service * 60;
}

bool site_is_by_day(unsigned host, unsigned service)
{
    return host % 4 == 1 && service == 3;
}

static void add_name(struct buf *b, char letter, int digits, unsigned number, const struct site_thing *t)
{
    buf_printf(b, "%c%0*u", letter, digits, number);
    if (t->suffix)
        buf_add_char(b, (char)('a' + t->suffix));
}

static void add_host(struct site *s, const char *directive, unsigned h)
{
    buf_printf(&s->objects, " %s ", directive);
    add_name(&s->objects, 'h', 2, h, &s->host[h]);
    buf_add_char(&s->objects, '\n');
}

static void add_service(struct site *s, const char *directive, unsigned h, unsigned v)
{
    buf_printf(&s->objects, " %s ", directive);
    add_name(&s->objects, 's', 1, v, &s->service[h][v]);
    buf_add_char(&s->objects, '\n');
}

static void add_ident(struct site *s, const struct site_thing *t)
{
    if (t->ident)
        buf_printf(&s->objects, " _VIGIE_ID i%u\n", t->ident);
}

/* What dependencies name is always there. */
static bool is_needed(unsigned h, unsigned v)
{
    return h >= 1 && h <= 3 && v <= 1;
}

/* Who is told, and when: something else for each. */
static void add_telling(struct buf *b, bool host, unsigned i)
{
    static const char *const texts[] = {
        "",
        " contacts alice,bob\n",
        " notification_period by-day\n",
        " first_notification_delay 700\n contacts bob\n",
        NULL, /* by kind */
        " contacts alice,bob\n low_flap_threshold 5\n high_flap_threshold 15\n",
        " first_notification_delay 90\n",
    };
    const char *text = texts[i % ARRAY_LEN(texts)];

    if (!text)
        text = host ? " notification_options d,r\n flap_detection_options o,d\n"
                    : " notification_options c,r\n flap_detection_options o,c,u\n";
    buf_add_c(b, text);
}

/* v: of that service; SITE_HOST: of the host itself. */
enum { SITE_HOST = SITE_SERVICES + 1 };
static void add_escalations(struct site *s, unsigned h, unsigned v)
{
    static const char *const texts[] = {
        " first_notification 2\n last_notification 3\n notification_interval 400\n contacts bob\n",
        " first_notification 3\n last_notification 0\n notification_interval 0\n contacts carol\n "
        "escalation_period by-day\n",
        " first_notification 2\n last_notification 5\n notification_interval 900\n contact_groups all\n "
        "escalation_options c,r\n",
    };
    static const char *const of_hosts[] = {
        " first_notification 1\n last_notification 2\n notification_interval 200\n contacts bob,carol\n "
        "escalation_options d,r\n",
        " first_notification 2\n last_notification 4\n notification_interval 300\n contacts alice\n "
        "escalation_period by-day\n",
        " first_notification 3\n last_notification 0\n notification_interval 500\n contact_groups all\n "
        "escalation_options u\n",
    };

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_printf(&s->objects, "define %sescalation {\n", v == SITE_HOST ? "host" : "service");
        add_host(s, "host_name", h);
        if (v != SITE_HOST)
            add_service(s, "service_description", h, v);
        buf_printf(&s->objects, "%s}\n", v == SITE_HOST ? of_hosts[i] : texts[i]);
    }
}

static void make_service(struct site *s, unsigned h, unsigned v)
{
    struct buf *b = &s->objects;

    buf_add_c(b, "define service {\n");
    add_host(s, "host_name", h);
    add_service(s, "service_description", h, v);
    add_ident(s, &s->service[h][v]);
    buf_printf(b,
               " use st\n active_checks_enabled %u\n check_interval %u\n retry_interval 30\n "
               "max_check_attempts %u\n flap_detection_enabled %u\n notification_interval %u\n is_volatile "
               "%u\n check_period %s\n",
               v != 4, interval(s, h, v), 1 + v, v % 2, v * 300, v == 3,
               site_is_by_day(h, v) ? "by-day" : "24x7");
    add_telling(b, false, h + v);
    buf_add_c(b, "}\n");
    if ((h + v) % 3 == 0)
        add_escalations(s, h, v);
}

/* The first of its four, if that is there; and of the last one the second as well. */
static void add_parents(struct site *s, unsigned h)
{
    unsigned n = 0;

    for (unsigned p = h / 4 * 4; p < h && p < h / 4 * 4 + (h % 4 == 3 ? 2 : 1); p++) {
        if (!s->host[p].there)
            continue;
        buf_add_c(&s->objects, n++ ? "," : " parents ");
        add_name(&s->objects, 'h', 2, p, &s->host[p]);
    }
    if (n)
        buf_add_char(&s->objects, '\n');
}

static void make_host(struct site *s, unsigned h)
{
    struct buf *b = &s->objects;

    buf_add_c(b, "define host {\n");
    add_host(s, "host_name", h);
    add_ident(s, &s->host[h]);
    buf_printf(b, " use ht\n address 10.0.0.%u\n check_interval %u\n retry_interval 20\n", h,
               h % 3 ? 120 : 300);
    add_parents(s, h);
    buf_printf(b, " flap_detection_enabled %u\n notification_interval %u\n", h % 2, h % 3 * 600);
    add_telling(b, true, h / 2);
    buf_add_c(b, "}\n");
    if (h % 2)
        add_escalations(s, h, SITE_HOST);
    for (unsigned v = 0; v <= SITE_SERVICES; v++)
        if (s->service[h][v].there)
            make_service(s, h, v);
}

/* Of services that are always there, and of hosts; some inherit from others, some count by day only. */
static void make_dependencies(struct site *s)
{
    static const struct {
        unsigned h, v, of_h, of_v;
        const char *criteria;
    } all[] = {
        {2, 1, 1, 0, "notification_failure_criteria w,c,u\n execution_failure_criteria n"},
        {3, 1, 3, 0, "execution_failure_criteria w,c,u"},
        {1, 1, 2, 1, "notification_failure_criteria c\n inherits_parent 1\n dependency_period by-day"},
        {2, 0, 3, 1, "execution_failure_criteria c\n inherits_parent 1\n dependency_period by-day"},
        {1, 0, 3, 0, "notification_failure_criteria w,c,u\n dependency_period by-day"},
        {2, SITE_HOST, 1, SITE_HOST, "notification_failure_criteria d,u\n execution_failure_criteria d"},
        {3, SITE_HOST, 2, SITE_HOST,
         "notification_failure_criteria u\n execution_failure_criteria u\n inherits_parent 1"},
        {6, SITE_HOST, 3, SITE_HOST,
         "notification_failure_criteria d\n execution_failure_criteria d,u\n inherits_parent 1\n "
         "dependency_period by-day"},
        {9, SITE_HOST, 8, SITE_HOST, "notification_failure_criteria d,u"},
    };

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        bool hosts = all[i].v == SITE_HOST;

        if (!s->host[all[i].h].there || !s->host[all[i].of_h].there)
            continue;
        buf_printf(&s->objects, "define %sdependency {\n", hosts ? "host" : "service");
        add_host(s, "host_name", all[i].of_h);
        add_host(s, "dependent_host_name", all[i].h);
        if (!hosts) {
            add_service(s, "service_description", all[i].of_h, all[i].of_v);
            add_service(s, "dependent_service_description", all[i].h, all[i].v);
        }
        buf_printf(&s->objects, " %s\n}\n", all[i].criteria);
    }
}

static const char *const contacts =
    "define contact {\n contact_name bob\n host_notification_period by-day\n service_notification_period "
    "24x7\n host_notification_options d,r\n service_notification_options c,r,f\n "
    "host_notification_commands n-host\n service_notification_commands n-svc\n}\n"
    "define contact {\n contact_name carol\n host_notification_period 24x7\n "
    "service_notification_period by-day\n host_notification_options d,u,r,f,s\n "
    "service_notification_options w,u,c,r,s\n host_notification_commands n-host\n "
    "service_notification_commands n-svc,n-svc\n}\n"
    "define contactgroup {\n contactgroup_name all\n members alice,bob,carol\n}\n"
    "define hostgroup {\n hostgroup_name all\n alias all\n members *\n}\n";

void site_make(struct site *s)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};

    buf_clear(&s->objects);
    buf_add_c(&s->objects, contacts);
    for (unsigned h = 0; h < SITE_HOSTS; h++)
        if (s->host[h].there)
            make_host(s, h);
    buf_add_c(&s->objects, "define timeperiod {\n timeperiod_name by-day\n alias d\n");
    for (unsigned d = 0; d < 7; d++)
        buf_printf(&s->objects, " %s 0%u:00-1%u:00\n", days[d], SITE_BY_DAY_FROM, SITE_BY_DAY_TO % 10);
    buf_add_c(&s->objects, "}\n");
    make_dependencies(s);
}

static void choose_main(struct site *s, uint64_t r)
{
    static const char *const zones[] = {"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3",
                                        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "NST3:30NDT,M3.2.0,M11.1.0"};

    s->zone = r % ARRAY_LEN(zones);
    buf_printf(
        &s->main,
        "enable_flap_detection=1\nmax_concurrent_checks=%u\nuse_timezone=%s\n"
        "passive_host_checks_are_soft=%u\ntranslate_passive_host_checks=%u\nsoft_state_dependencies=%u\n"
        "use_aggressive_host_checking=%u\nservice_check_timeout_state=%c\n",
        SITE_CONCURRENT, zones[s->zone], (unsigned)(r >> 8) % 2, (unsigned)(r >> 9) % 2,
        (unsigned)(r >> 10) % 2, (unsigned)(r >> 11) % 2, "cuwo"[r >> 12 & 3]);
}

/* Every other thing has an ident. */
void site_begin(struct site *s, uint64_t r)
{
    unsigned n = 0;

    memset(s, 0, sizeof(*s));
    buf_init(&s->main);
    buf_init(&s->objects);
    choose_main(s, r);
    for (unsigned h = 0; h < SITE_HOSTS; h++) {
        s->host[h] = (struct site_thing){.there = true, .ident = h % 2 ? ++n : 0};
        for (unsigned v = 0; v <= SITE_SERVICES; v++)
            s->service[h][v] =
                (struct site_thing){.there = v < SITE_SERVICES, .ident = (h + v) % 2 ? ++n : 0};
    }
    site_make(s);
}

void site_release(struct site *s)
{
    buf_release(&s->main);
    buf_release(&s->objects);
}

static void swap_idents(struct site_thing *a, struct site_thing *b)
{
    unsigned of_a = a->ident;

    a->ident = b->ident;
    b->ident = of_a;
}

/* Comes, goes, is called something else, changes places with another. */
void site_change(struct site *s, uint64_t r)
{
    unsigned h = (unsigned)(r >> 8) % SITE_HOSTS, v = (unsigned)(r >> 16) % (SITE_SERVICES + 1),
             h2 = (unsigned)(r >> 24) % SITE_HOSTS;
    struct site_thing *host = &s->host[h], *service = &s->service[h][v];
    uint8_t suffix = (uint8_t)(r >> 40) % 3;

    switch (r % 8) {
    case 0: host->there = h <= 3 || !host->there; break;
    case 1:
    case 2: service->there = is_needed(h, v) || !service->there; break;
    case 3: host->suffix = suffix; break;
    case 4: service->suffix = suffix; break;
    case 5: swap_idents(host, &s->host[h2]); break;
    case 6: swap_idents(service, &s->service[h2][(r >> 32) % (SITE_SERVICES + 1)]); break;
    default: s->second = !s->second; break;
    }
}
