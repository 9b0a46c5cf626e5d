// A server that is far away: `delay_proxy PORT MICROSECONDS` passes connections on to a port of this machine, each
// direction late by so much. Prints the port it listens on, and runs until it is ended. One thread, so that the distance
// costs little of the processors it stands between.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_ways = 256, block_bytes = 1 << 16, most_waiting = 64 << 20 };

typedef struct block {
    long long due;
    size_t length, sent;
    struct block *next;
    char bytes[];
} block;

// One direction of a connection.
typedef struct {
    int from, to, ended;
    size_t waiting;
    block *first, *last;
} way;

static way ways[most_ways];
static int count;

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void prepare(int end) {
    const int yes = 1;
    setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void accept_one(int listener, int port) {
    const int client = accept(listener, NULL, NULL);
    if (client < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(port);
    if (count + 2 > most_ways || connect(server, (struct sockaddr *)&address, sizeof address)) {
        close(client), close(server);
        return;
    }
    prepare(client), prepare(server);
    ways[count++] = (way){.from = client, .to = server};
    ways[count++] = (way){.from = server, .to = client};
}

static void take(way *it, long long delay) {
    block *piece = malloc(sizeof *piece + block_bytes);
    const ssize_t got = read(it->from, piece->bytes, block_bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return free(piece);
    // The end travels as long as the bytes before it.
    *piece = (block){.due = now() + delay, .length = got > 0 ? (size_t)got : 0};
    it->ended = got <= 0;
    it->waiting += piece->length;
    if (it->last) it->last->next = piece; else it->first = piece;
    it->last = piece;
}

// Hands on what is due; whether the other end takes no more for now.
static int give(way *it) {
    while (it->first && it->first->due <= now()) {
        block *piece = it->first;
        if (piece->length == 0) shutdown(it->to, SHUT_WR);
        while (piece->sent < piece->length) {
            const ssize_t put = write(it->to, piece->bytes + piece->sent, piece->length - piece->sent);
            if (put < 0 && errno == EAGAIN) return 1;
            if (put < 0) piece->sent = piece->length; else piece->sent += (size_t)put;
        }
        it->waiting -= piece->length;
        if (!(it->first = piece->next)) it->last = NULL;
        free(piece);
    }
    return 0;
}

int main(int words_count, char **words) {
    if (words_count != 3) return 64;
    signal(SIGPIPE, SIG_IGN);
    const int port = atoi(words[1]);
    const long long delay = atoll(words[2]);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 32)) return 69;
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        struct pollfd ends[1 + 2 * most_ways] = {{.fd = listener, .events = POLLIN}};
        long long soonest = -1;
        for (int i = 0; i < count; i++) {
            way *it = &ways[i];
            const int is_full = give(it);
            const int takes = !it->ended && it->waiting < most_waiting;
            ends[1 + 2 * i] = (struct pollfd){.fd = takes ? it->from : -1, .events = POLLIN};
            ends[2 + 2 * i] = (struct pollfd){.fd = is_full ? it->to : -1, .events = POLLOUT};
            if (it->first && !is_full && (soonest < 0 || it->first->due < soonest)) soonest = it->first->due;
        }
        long long pause = soonest < 0 ? 1000000 : soonest - now();
        if (pause < 0) pause = 0;
        const struct timespec limit = {.tv_sec = pause / 1000000, .tv_nsec = pause % 1000000 * 1000};
        if (ppoll(ends, (nfds_t)(1 + 2 * count), &limit, NULL) <= 0) continue;
        const int known = count;
        for (int i = 0; i < known; i++) {
            if (ends[1 + 2 * i].revents) take(&ways[i], delay);
        }
        if (ends[0].revents) accept_one(listener, port);
    }
}
