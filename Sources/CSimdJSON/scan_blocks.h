// Included once per instruction set, after `masks_of`, `line_feeds_of` and `prefix_xor` of that set.

/// Scans whole blocks of 64 bytes. Returns where the record ends, or SIZE_MAX; `at` is where the rest begins.
static size_t scan_blocks(csimdjson_scan *scan, const uint8_t *bytes, size_t length, size_t *at) {
    size_t start = 0;
    for (; start + 64 <= length; start += 64) {
        const block_masks masks = masks_of(bytes + start);
        const uint64_t escaped =
            masks.backslashes != 0 || scan->escaped ? escaped_mask(masks.backslashes, &scan->escaped) : 0;
        const uint64_t inside =
            prefix_xor(masks.quotes & ~escaped) ^ (scan->in_string ? ~uint64_t(0) : 0);
        const uint64_t outside = ~inside & ~escaped;
        const uint64_t open = masks.opening & outside;
        const uint64_t close = masks.closing & outside;
        const uint64_t commas = masks.commas & outside;
        const uint64_t closed = static_cast<uint64_t>(__builtin_popcountll(close));
        if (closed >= scan->depth) {
            const int end = end_in_block(scan->depth, open, close);
            if (end >= 0) {
                const uint64_t upto = ~uint64_t(0) >> (63 - end);
                scan->values += static_cast<uint64_t>(__builtin_popcountll((open | commas) & upto));
                scan->depth = 0;
                return start + static_cast<size_t>(end) + 1;
            }
        }
        scan->values += static_cast<uint64_t>(__builtin_popcountll(open | commas));
        scan->depth += static_cast<uint64_t>(__builtin_popcountll(open)) - closed;
        scan->in_string = static_cast<uint8_t>(inside >> 63);
    }
    *at = start;
    return SIZE_MAX;
}

/// Counts the line feeds of whole blocks of 64 bytes; `at` is where the rest begins.
static size_t count_blocks(const uint8_t *bytes, size_t length, size_t *at) {
    size_t count = 0;
    size_t start = 0;
    for (; start + 64 <= length; start += 64) {
        count += static_cast<size_t>(__builtin_popcountll(line_feeds_of(bytes + start)));
    }
    *at = start;
    return count;
}
