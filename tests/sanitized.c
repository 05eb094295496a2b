/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests start thousands of short processes, and what one with gcc's sanitizers costs is mostly what their runtime does before main(). Some of it is in vain, and the linker leads it
 * here first (--wrap, in meson.build). All this runs before there is a shadow of the memory: nothing of it may be watched, or call what is intercepted.
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNWATCHED __attribute__((no_sanitize("address", "undefined")))

void *__real_dlsym(void *handle, const char *name);
void *__wrap_dlsym(void *handle, const char *name);

UNWATCHED static bool begins(const char *text, const char *with)
{
    while (*with && *text == *with) {
        text++;
        with++;
    }
    return !*with;
}

UNWATCHED static bool contains(const char *text, const char *part)
{
    for (; *text; text++) {
        if (begins(text, part))
            return true;
    }
    return false;
}

UNWATCHED static bool is_loaded(const char *library)
{
    for (const struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
        if (contains(m->l_name, library))
            return true;
    }
    return false;
}

/*
 * The runtime asks for every function that it intercepts. For each that is nowhere the dynamic linker writes a message, and for the first of them an allocator is made: 460 pages,
 * which nothing else asks for.
 */
UNWATCHED static bool is_nowhere(const char *name)
{
    static const struct {
        const char *name, *library; /* library: who has it; NULL: none has (glibc since 2.34) */
    } known[] = {
        {"xdr", "/libtirpc"},
        {"crypt", "/libcrypt."},
        {"__cxa_throw", "/libstdc++"},
        {"__isoc99_printf", NULL},
        {"__isoc99_fprintf", NULL},
        {"__isoc99_sprintf", NULL},
        {"__isoc99_snprintf", NULL},
        {"__isoc99_vprintf", NULL},
        {"__isoc99_vfprintf", NULL},
        {"__isoc99_vsprintf", NULL},
        {"__isoc99_vsnprintf", NULL},
        {"__pthread_mutex_", NULL},
        {"pthread_mutexattr_getrobust_np", NULL},
        {"swift_demangle", NULL},
    };

    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (begins(name, known[i].name))
            return !known[i].library || !is_loaded(known[i].library);
    }
    return false;
}

UNWATCHED void *__wrap_dlsym(void *handle, const char *name)
{
    return is_nowhere(name) ? NULL : __real_dlsym(handle, name);
}

/* What gcc hands to AddressSanitizer of each global variable (libsanitizer/asan/asan_interface_internal.h). */
struct global {
    uintptr_t begin, size, size_with_redzone;
    const char *name, *module;
    uintptr_t has_dynamic_init, location, odr_indicator;
};

void __real___asan_register_globals(struct global *g, uintptr_t n);
void __wrap___asan_register_globals(struct global *g, uintptr_t n);
void __wrap___asan_unregister_globals(struct global *g, uintptr_t n);

/* Two of three are what UndefinedBehaviorSanitizer would say: no code of ours could write beyond them. */
UNWATCHED void __wrap___asan_register_globals(struct global *g, uintptr_t n)
{
    uintptr_t from = 0;

    for (uintptr_t i = 0; i <= n; i++) {
        if (i < n && !begins(g[i].name, "*.Lubsan_"))
            continue;
        if (i > from)
            __real___asan_register_globals(g + from, i - from);
        from = i + 1;
    }
}

/* They end with the process. */
UNWATCHED void __wrap___asan_unregister_globals(struct global *g, uintptr_t n)
{
    (void)g;
    (void)n;
}
