/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays seeds through a fuzz target without libFuzzer: each argument is a file or a folder of files. Linked to each
 * target in ordinary builds, so that an input that once failed is tried again in every test, under every compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Seeds are small: a greater one is a mistake of who added it. */
#define SEED_MAX (4u * 1024 * 1024)

static int replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(SEED_MAX);
    uint8_t *exact = NULL;
    size_t n;

    if (!f || !data) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    n = fread(data, 1, SEED_MAX, f);
    fclose(f);
    if (n == SEED_MAX) {
        fprintf(stderr, "replay: %s: greater than %u bytes\n", path, SEED_MAX);
        exit(1);
    }
    /* A block of exactly n bytes, so that the sanitizer sees a read past its end. */
    exact = malloc(n ? n : 1);
    if (!exact)
        exit(1);
    memcpy(exact, data, n);
    free(data);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static int replay_path(const char *path)
{
    char name[4096];
    struct dirent *e;
    struct stat st;
    DIR *d;
    int n = 0;

    if (stat(path, &st) != 0) {
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    if (!S_ISDIR(st.st_mode))
        return replay_file(path);
    d = opendir(path);
    while (d && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
        n += replay_path(name);
    }
    if (d)
        closedir(d);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;

    for (int i = 1; i < argc; i++)
        n += replay_path(argv[i]);
    printf("%d seeds replayed\n", n);
    if (n == 0)
        fprintf(stderr, "replay: no seeds: a fuzz target needs some in tests/fuzz/seeds/\n");
    return n == 0;
}
