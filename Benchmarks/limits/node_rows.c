// Reads a node store: `node_rows URL` copies its rows out and undoes base64 and zlib of each. Prints the bytes of all texts.
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static signed char digits[256];

static size_t decode(const char *from, size_t length, unsigned char *to) {
    size_t used = 0;
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < length; i++) {
        const int digit = digits[(unsigned char)from[i]];
        if (digit < 0) continue;
        bits = bits << 6 | (uint32_t)digit;
        if ((count += 6) >= 8) to[used++] = (unsigned char)(bits >> (count -= 8));
    }
    return used;
}

int main(int count, char **words) {
    if (count != 2) return 64;
    memset(digits, -1, sizeof digits);
    const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 64; i++) digits[(unsigned char)alphabet[i]] = (signed char)i;
    PGconn *database = PQconnectdb(words[1]);
    if (PQstatus(database) != CONNECTION_OK) return 69;
    PGresult *begun = PQexec(database, "COPY nodestore_node TO STDOUT");
    if (PQresultStatus(begun) != PGRES_COPY_OUT) return 70;
    PQclear(begun);
    enum { most = 64 << 20 };
    unsigned char *packed = malloc(most), *text = malloc(most);
    size_t all = 0;
    char *row;
    int length;
    while ((length = PQgetCopyData(database, &row, 0)) > 0) {
        const char *data = memchr(row, '\t', (size_t)length);
        const char *end = data ? memchr(data + 1, '\t', (size_t)(row + length - data - 1)) : NULL;
        if (!end) return 65;
        const size_t size = decode(data + 1, (size_t)(end - data - 1), packed);
        uLongf room = most;
        if (uncompress(text, &room, packed, size) != Z_OK) return 65;
        all += room;
        PQfreemem(row);
    }
    printf("%zu\n", all);
    return 0;
}
