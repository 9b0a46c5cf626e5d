// The bare batched loop: `redis_loop SOCKET TASKS BATCH` pushes so many small elements in batches, then takes them
// batch by batch (LRANGE, then LTRIM and a counter, in one exchange), and prints both rates a second.
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static redisReply *next(redisContext *redis) {
    redisReply *reply = NULL;
    if (redisGetReply(redis, (void **)&reply) != REDIS_OK || !reply || reply->type == REDIS_REPLY_ERROR) exit(1);
    return reply;
}

int main(int count, char **words) {
    if (count != 4) return 64;
    const long tasks = atol(words[2]), batch = atol(words[3]);
    redisContext *redis = redisConnectUnix(words[1]);
    if (!redis || redis->err) return 69;
    // As long as the frame of an empty task.
    char element[64];
    memset(element, 'x', sizeof element);
    const char **push = malloc(sizeof *push * (size_t)(batch + 2));
    size_t *lengths = malloc(sizeof *lengths * (size_t)(batch + 2));
    push[0] = "RPUSH", lengths[0] = 5, push[1] = "bare", lengths[1] = 4;
    for (long i = 2; i < batch + 2; i++) push[i] = element, lengths[i] = 30;

    const double start = now();
    for (long done = 0; done < tasks; done += batch) {
        const long size = tasks - done < batch ? tasks - done : batch;
        redisAppendCommandArgv(redis, (int)size + 2, push, lengths);
        freeReplyObject(next(redis));
    }
    const double pushed = now();
    long taken = 0;
    while (taken < tasks) {
        redisAppendCommand(redis, "LRANGE bare 0 %ld", batch - 1);
        redisReply *reply = next(redis);
        const long size = (long)reply->elements;
        freeReplyObject(reply);
        if (size == 0) break;
        redisAppendCommand(redis, "LTRIM bare %ld -1", size);
        redisAppendCommand(redis, "HINCRBY barecounters done %ld", size);
        freeReplyObject(next(redis));
        freeReplyObject(next(redis));
        taken += size;
    }
    const double end = now();
    printf("%.0f %.0f %.0f\n", (double)tasks / (pushed - start), (double)taken / (end - pushed),
           (double)taken / (end - start));
    redisFree(redis);
    return taken == tasks ? 0 : 1;
}
