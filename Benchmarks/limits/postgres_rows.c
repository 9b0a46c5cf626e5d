// As an ORM writes: `postgres_rows URL TABLE COLUMNS FILE ROWS` reads rows in COPY's binary form and writes each with
// one prepared INSERT, so many rows a transaction. Prints nothing; the caller takes the time.
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(PGconn *database, PGresult *result) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        fprintf(stderr, "%s", PQerrorMessage(database));
        exit(1);
    }
    PQclear(result);
}

int main(int count, char **words) {
    if (count != 6) return 64;
    PGconn *database = PQconnectdb(words[1]);
    if (PQstatus(database) != CONNECTION_OK) return 69;
    FILE *file = fopen(words[4], "rb");
    if (!file) return 66;
    int columns = 1;
    for (const char *at = words[3]; *at; at++) columns += *at == ',';
    size_t size = strlen(words[2]) + strlen(words[3]) + 64 + (size_t)columns * 8;
    char *sql = malloc(size);
    int used = snprintf(sql, size, "INSERT INTO \"%s\" (%s) VALUES (", words[2], words[3]);
    for (int i = 1; i <= columns; i++) used += snprintf(sql + used, size - (size_t)used, i > 1 ? ",$%d" : "$%d", i);
    snprintf(sql + used, size - (size_t)used, ")");
    check(database, PQprepare(database, "row", sql, 0, NULL));

    fseek(file, 19, SEEK_SET);
    const char *values[256];
    int lengths[256], formats[256];
    static char memory[8 << 20];
    const long transaction = atol(words[5]);
    long rows = 0;
    uint16_t fields;
    while (fread(&fields, 2, 1, file) == 1 && (fields = ntohs(fields)) != 0xFFFF) {
        size_t place = 0;
        for (int i = 0; i < fields; i++) {
            uint32_t length;
            if (fread(&length, 4, 1, file) != 1) return 65;
            length = ntohl(length);
            formats[i] = 1;
            values[i] = length == UINT32_MAX ? NULL : memory + place;
            lengths[i] = length == UINT32_MAX ? 0 : (int)length;
            if (!values[i]) continue;
            if (place + length > sizeof memory || fread(memory + place, 1, length, file) != length) return 65;
            place += length;
        }
        if (rows % transaction == 0) check(database, PQexec(database, "BEGIN"));
        check(database, PQexecPrepared(database, "row", fields, values, lengths, formats, 0));
        if (++rows % transaction == 0) check(database, PQexec(database, "COMMIT"));
    }
    if (rows % transaction) check(database, PQexec(database, "COMMIT"));
    PQfinish(database);
    return 0;
}
