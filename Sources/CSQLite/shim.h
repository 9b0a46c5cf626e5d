#include <sqlite3.h>

/// sqlite3_config is variadic, and out of Swift's reach. Without its memory statistics SQLite takes no lock for every
/// allocation. To be called before the first connection.
static inline int relocation_sqlite3_without_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
