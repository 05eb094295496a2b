/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A socket that listens on loopback, for unit tests of what speaks over one. Behind cmocka.h. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* At a port that is free; at: which. The caller closes it. */
static inline int loopback_listen(struct sockaddr_in *at)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t len = sizeof(*at);

    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
    return fd;
}
