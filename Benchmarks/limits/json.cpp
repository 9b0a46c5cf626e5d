// How fast two JSON parsers go through a file: `json yajl|simdjson FILE` prints CPU seconds.
#include <cstdio>
#include <cstring>
#include <ctime>

#include <simdjson.h>
extern "C" {
#include <yajl/yajl_parse.h>
}

static double cpu_seconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

static long tokens;
static int token(void *) { return ++tokens, 1; }
static int boolean(void *, int) { return ++tokens, 1; }
static int number(void *, const char *, size_t) { return ++tokens, 1; }
static int text(void *, const unsigned char *, size_t) { return ++tokens, 1; }

static bool with_yajl(const char *path) {
    yajl_callbacks callbacks = {token, boolean, nullptr, nullptr, number, text, token, text, token, token, token};
    yajl_handle parser = yajl_alloc(&callbacks, nullptr, nullptr);
    FILE *file = fopen(path, "rb");
    if (!file || !parser) return false;
    static unsigned char block[256 << 10];
    size_t got;
    bool good = true;
    while (good && (got = fread(block, 1, sizeof block, file)) > 0) {
        good = yajl_parse(parser, block, got) == yajl_status_ok;
    }
    good = good && yajl_complete_parse(parser) == yajl_status_ok;
    fclose(file);
    yajl_free(parser);
    return good;
}

static bool with_simdjson(const char *path) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.load(path).get(root) == simdjson::SUCCESS;
}

int main(int count, char **words) {
    if (count != 3) return 64;
    const double start = cpu_seconds();
    const bool good = strcmp(words[1], "yajl") == 0 ? with_yajl(words[2]) : with_simdjson(words[2]);
    if (!good) return 65;
    printf("%.4f\n", cpu_seconds() - start);
    return 0;
}
