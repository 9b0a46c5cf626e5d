// Bare bulk inserts: `sqlite_rows FROM TO TABLE...` writes the rows of the tables in one file into those of another,
// with one prepared INSERT a table, all in one transaction. The rows are read into memory first; prints the seconds
// of the writing.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(sqlite3 *database, int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    fprintf(stderr, "%s\n", sqlite3_errmsg(database));
    exit(1);
}

typedef struct {
    char *insert;
    int columns;
    long rows;
    sqlite3_value **values;
} table;

static table read_table(sqlite3 *from, const char *name) {
    table out = {0};
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\" ORDER BY id", name);
    sqlite3_stmt *select;
    check(from, sqlite3_prepare_v2(from, sql, -1, &select, NULL));
    out.columns = sqlite3_column_count(select);
    long room = 1024;
    out.values = malloc(sizeof *out.values * (size_t)(room * out.columns));
    while (sqlite3_step(select) == SQLITE_ROW) {
        if (out.rows == room) {
            room *= 2;
            out.values = realloc(out.values, sizeof *out.values * (size_t)(room * out.columns));
        }
        for (int i = 0; i < out.columns; i++) {
            out.values[out.rows * out.columns + i] = sqlite3_value_dup(sqlite3_column_value(select, i));
        }
        out.rows++;
    }
    sqlite3_finalize(select);
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendf(text, "INSERT INTO \"%w\" VALUES (?", name);
    for (int i = 1; i < out.columns; i++) sqlite3_str_appendall(text, ",?");
    sqlite3_str_appendall(text, ")");
    out.insert = sqlite3_str_finish(text);
    sqlite3_free(sql);
    return out;
}

int main(int count, char **words) {
    if (count < 4) return 64;
    sqlite3 *from, *to;
    if (sqlite3_open_v2(words[1], &from, SQLITE_OPEN_READONLY, NULL)) return 66;
    if (sqlite3_open_v2(words[2], &to, SQLITE_OPEN_READWRITE, NULL)) return 66;
    table *tables = malloc(sizeof *tables * (size_t)count);
    for (int i = 3; i < count; i++) tables[i] = read_table(from, words[i]);
    check(to, sqlite3_exec(to, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON", 0, 0, 0));
    const double start = now();
    check(to, sqlite3_exec(to, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys=ON", 0, 0, 0));
    for (int i = 3; i < count; i++) {
        sqlite3_stmt *insert;
        check(to, sqlite3_prepare_v2(to, tables[i].insert, -1, &insert, NULL));
        for (long row = 0; row < tables[i].rows; row++) {
            for (int column = 0; column < tables[i].columns; column++) {
                sqlite3_bind_value(insert, column + 1, tables[i].values[row * tables[i].columns + column]);
            }
            check(to, sqlite3_step(insert));
            sqlite3_reset(insert);
        }
        sqlite3_finalize(insert);
    }
    check(to, sqlite3_exec(to, "COMMIT", 0, 0, 0));
    printf("%.6f\n", now() - start);
    return 0;
}
