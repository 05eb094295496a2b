/* SPDX-License-Identifier: Apache-2.0 */
#include "db/rrd_pnp.h"

#include "core/output.h"

#include <string.h>

/* Whatever encoding the file says it has: as a label is read of an output, so that it is the same label. */
static void set(char **to, struct str text)
{
    struct buf b = BUF_INIT;

    output_clean(text, &b);
    mem_free(*to);
    *to = buf_take(&b, NULL);
}

/* The name of a file is its bytes. */
static void set_file(char **to, struct str text)
{
    mem_free(*to);
    *to = str_dup(text);
}

/* The unit is written for a printf: %% is %. */
static struct str unit_of(struct str text)
{
    return str_eq_c(text, "%%") ? STR("%") : text;
}

static void take_source(struct rrd_pnp *p, struct str name, struct str text)
{
    struct rrd_pnp_source *s = &VEC_LAST(&p->source);

    if (str_eq_c(name, "RRDFILE")) {
        for (ptrdiff_t slash; (slash = str_find_char(text, '/')) >= 0;)
            text = str_sub(text, (size_t)slash + 1, SIZE_MAX);
        set_file(&s->file, text);
    } else if (str_eq_c(name, "DS")) {
        set(&s->ds, text);
    } else if (str_eq_c(name, "LABEL") || (str_eq_c(name, "NAME") && !s->label)) {
        set(&s->label, text);
    } else if (str_eq_c(name, "UNIT")) {
        set(&s->unit, unit_of(text));
    }
}

static void take_name(struct rrd_pnp *p, struct str name, struct str text)
{
    if (str_eq_c(name, "NAGIOS_AUTH_HOSTNAME"))
        set(&p->host, text);
    else if (str_eq_c(name, "NAGIOS_AUTH_SERVICEDESC"))
        set(&p->service, text);
    else if (str_eq_c(name, "NAGIOS_HOSTNAME"))
        set(&p->file_host, text);
    else if (str_eq_c(name, "NAGIOS_SERVICEDESC"))
        set(&p->file_service, text);
}

static int each(void *user, unsigned depth, struct str name, bool end, struct str text)
{
    struct rrd_pnp *p = user;

    if (depth == 1 && !end && !str_eq_c(name, "NAGIOS"))
        return E_FORMAT;
    if (depth == 2 && !end && str_eq_c(name, "DATASOURCE")) {
        if (p->source.n == RRD_PNP_MAX)
            return E_LIMIT;
        (void)VEC_ADD(&p->source);
    }
    if (memchr(text.p ? text.p : "", '\0', text.n))
        return E_FORMAT;
    if (end && depth == 2)
        take_name(p, name, text);
    if (end && depth == 3 && strcmp(p->xml.open[1].name, "DATASOURCE") == 0)
        take_source(p, name, text);
    return 0;
}

static void fill(char **to)
{
    if (!*to)
        *to = str_dup(STR(""));
}

int rrd_pnp_read(struct rrd_pnp *p, struct str text, struct err *err)
{
    int r;

    *p = (struct rrd_pnp){.host = NULL};
    xml_scan_init(&p->xml, each, p);
    r = xml_scan_feed(&p->xml, text, err);
    if (r == 0)
        r = xml_scan_end(&p->xml, err);
    for (size_t i = 0; i < p->source.n; i++) {
        struct rrd_pnp_source *s = &p->source.at[i];

        fill(&s->file);
        fill(&s->ds);
        fill(&s->label);
        fill(&s->unit);
    }
    fill(&p->host);
    fill(&p->service);
    fill(&p->file_host);
    fill(&p->file_service);
    if (r == E_LIMIT)
        return err_set(err, r, "more than %u labels", RRD_PNP_MAX);
    return r < 0 ? err_set(err, r, "this is no .xml of PNP4Nagios") : 0;
}

void rrd_pnp_release(struct rrd_pnp *p)
{
    xml_scan_release(&p->xml);
    for (size_t i = 0; i < p->source.n; i++) {
        struct rrd_pnp_source *s = &p->source.at[i];

        mem_free(s->file);
        mem_free(s->ds);
        mem_free(s->label);
        mem_free(s->unit);
    }
    VEC_RELEASE(&p->source);
    mem_free(p->host);
    mem_free(p->service);
    mem_free(p->file_host);
    mem_free(p->file_service);
}
