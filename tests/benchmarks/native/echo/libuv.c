/* SPDX-License-Identifier: MIT */
#include "../contest.h"
#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

enum { LISTENER = 3 };

struct connection {
    uv_stream_t *stream;
    union {
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } handle;
    char bytes[4096];
};

static bool tcp;

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct connection *connection = handle->data;
    *buffer = uv_buf_init(connection->bytes, sizeof connection->bytes);
}

static void on_message(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    uv_buf_t answer = uv_buf_init(buffer->base, count > 0 ? (unsigned)count : 0);
    if (count < 0)
        uv_close((uv_handle_t *)stream, on_closed);
    else if (uv_try_write(stream, &answer, 1) != count)
        fail("uv_try_write");
}

static uv_stream_t *make(uv_loop_t *loop, struct connection *connection)
{
    connection->stream = (uv_stream_t *)&connection->handle;
    if (tcp)
        uv_tcp_init(loop, &connection->handle.tcp);
    else
        uv_pipe_init(loop, &connection->handle.pipe, 0);
    connection->stream->data = connection;
    return connection->stream;
}

static void on_connection(uv_stream_t *listener, int status)
{
    (void)status;
    uv_stream_t *stream = make(listener->loop, calloc(1, sizeof(struct connection)));
    if (uv_accept(listener, stream) != 0 || uv_read_start(stream, allocate, on_message) != 0)
        fail("uv_accept");
}

int main(void)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(LISTENER, (struct sockaddr *)&address, &length) != 0)
        fail("getsockname");
    tcp = address.ss_family == AF_INET;
    static struct connection connection;
    uv_stream_t *listener = make(uv_default_loop(), &connection);
    int opened = tcp ? uv_tcp_open(&connection.handle.tcp, LISTENER) : uv_pipe_open(&connection.handle.pipe, LISTENER);
    if (opened != 0 || uv_listen(listener, 4096, on_connection) != 0)
        fail("uv_listen");
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
