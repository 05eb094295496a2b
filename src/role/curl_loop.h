/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * libcurl's multi interface on a role's loop, for the roles that speak to places outside. What is common to their transfers stands here: no redirect is followed, no proxy, no netrc, certificates
 * are checked against a store that was read before the sandbox closed, and no name is looked up by libcurl (its resolver would open files and start threads): whoever uses this looks names
 * up (probe/resolve) and gives the answer by CURLOPT_RESOLVE (curl_loop_entry).
 */
#include "os/loop.h"

#include <curl/curl.h>

/* A transfer ended. easy is the caller's again: curl_multi_remove_handle, then to be cleaned up or used once more. */
typedef void curl_loop_f(void *user, CURL *easy, CURLcode code);

struct curl_loop {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer timer;
    curl_loop_f *done;
    void *user;
    char *ca; /* the certificate store */
    size_t ca_len;
};

/* ca: a PEM file in place of the system's store; NULL: the system's. Without one that can be read every certificate is refused: false, then. */
bool curl_loop_init(struct curl_loop *c, struct loop *loop, const char *ca, curl_loop_f *done, void *user);
void curl_loop_release(struct curl_loop *c); /* no transfer is under way */
/* What every transfer has. error: of CURL_ERROR_SIZE bytes. */
void curl_loop_common(const struct curl_loop *c, CURL *easy, char *error, long time_ms);
/* Host (at most 255 bytes) and port of a URL; false when it is none. */
bool curl_loop_place(const char *url, char host[256], unsigned *port);
