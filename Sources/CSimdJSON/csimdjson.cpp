#include "csimdjson.h"

#include <new>
#include <simdjson.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static_assert(CSIMDJSON_PADDING >= simdjson::SIMDJSON_PADDING, "texts need simdjson's padding");

struct csimdjson_parser {
    simdjson::dom::parser parser;
    size_t max_depth;
};

csimdjson_parser *csimdjson_create(size_t max_depth) {
    csimdjson_parser *created = new (std::nothrow) csimdjson_parser;
    if (created == nullptr) return nullptr;
    created->max_depth = max_depth;
    if (created->parser.allocate(4096, max_depth) != simdjson::SUCCESS) {
        delete created;
        return nullptr;
    }
    return created;
}

void csimdjson_destroy(csimdjson_parser *parser) { delete parser; }

int csimdjson_parse(csimdjson_parser *parser, const uint8_t *text, size_t length, size_t keep_bytes,
                    const uint64_t **tape, const uint8_t **strings) {
    simdjson::dom::parser &dom = parser->parser;
    const bool too_small = dom.capacity() < length;
    const bool too_large = dom.capacity() > keep_bytes && length < keep_bytes;
    if (too_small || too_large) {
        const size_t wanted = too_small ? length + length / 2 : keep_bytes;
        if (simdjson::error_code error = dom.allocate(wanted, parser->max_depth)) return error;
        if (simdjson::error_code error = dom.doc.allocate(wanted)) return error;
    }
    simdjson::dom::element root;
    if (simdjson::error_code error = dom.parse(text, length, false).get(root)) return error;
    *tape = dom.doc.tape.get();
    *strings = dom.doc.string_buf.get();
    return 0;
}

size_t csimdjson_minify(const uint8_t *text, size_t length, uint8_t *out) {
    size_t written = 0;
    if (simdjson::minify(reinterpret_cast<const char *>(text), length, reinterpret_cast<char *>(out), written)) {
        return 0;
    }
    return written;
}

/// One byte at a time: the tail of a buffer, and other processors.
static size_t scan_bytes(csimdjson_scan *scan, const uint8_t *bytes, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const uint8_t byte = bytes[i];
        if (scan->escaped) {
            scan->escaped = 0;
        } else if (byte == '\\') {
            // Outside strings a backslash is a mistake that the parser reports.
            scan->escaped = 1;
        } else if (byte == '"') {
            scan->in_string ^= 1;
        } else if (!scan->in_string && byte == ',') {
            scan->values++;
        } else if (!scan->in_string && (byte == '{' || byte == '[')) {
            scan->values++;
            scan->depth++;
        } else if (!scan->in_string && (byte == '}' || byte == ']')) {
            if (scan->depth <= 1) {
                scan->depth = 0;
                return i + 1;
            }
            scan->depth--;
        }
    }
    return SIZE_MAX;
}

#if defined(__SSE2__)

static inline uint64_t equal_mask(const __m128i block[4], char byte) {
    const __m128i wanted = _mm_set1_epi8(byte);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t part = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block[i], wanted)));
        mask |= static_cast<uint64_t>(part) << (16 * i);
    }
    return mask;
}

/// Bit i: the parity of the bits 0...i, so that the bytes from an opening quote up to its closing one are set.
static inline uint64_t prefix_xor(uint64_t bits) {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

/// The bytes that a backslash escapes; carries over to the next block.
static inline uint64_t escaped_mask(uint64_t backslash, uint8_t *carry) {
    uint64_t escaped = *carry;
    uint64_t open = backslash & ~escaped;
    uint8_t next = 0;
    while (open != 0) {
        const int at = __builtin_ctzll(open);
        if (at == 63) {
            next = 1;
            break;
        }
        escaped |= uint64_t(1) << (at + 1);
        open &= ~(uint64_t(3) << at);
    }
    *carry = next;
    return escaped;
}

/// Where in a block the depth falls to zero; -1 where it does not.
static inline int end_in_block(uint64_t depth, uint64_t open, uint64_t close) {
    for (uint64_t left = open | close; left != 0; left &= left - 1) {
        const uint64_t lowest = left & (~left + 1);
        if (open & lowest) {
            depth++;
        } else if (depth <= 1) {
            return __builtin_ctzll(left);
        } else {
            depth--;
        }
    }
    return -1;
}

#endif

size_t csimdjson_record_end(csimdjson_scan *scan, const uint8_t *bytes, size_t length) {
    size_t at = 0;
#if defined(__SSE2__)
    for (; at + 64 <= length; at += 64) {
        __m128i block[4];
        __m128i folded[4];
        // `[` and `{`, `]` and `}` differ in one bit only.
        const __m128i bit = _mm_set1_epi8(0x20);
        for (int i = 0; i < 4; i++) {
            block[i] = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + at + 16 * i));
            folded[i] = _mm_or_si128(block[i], bit);
        }
        uint64_t quotes = equal_mask(block, '"');
        const uint64_t backslash = equal_mask(block, '\\');
        const uint64_t escaped = backslash != 0 || scan->escaped ? escaped_mask(backslash, &scan->escaped) : 0;
        quotes &= ~escaped;
        const uint64_t inside = prefix_xor(quotes) ^ (scan->in_string ? ~uint64_t(0) : 0);
        const uint64_t open = equal_mask(folded, '{') & ~inside & ~escaped;
        const uint64_t close = equal_mask(folded, '}') & ~inside & ~escaped;
        const uint64_t commas = equal_mask(block, ',') & ~inside & ~escaped;
        const uint64_t closed = static_cast<uint64_t>(__builtin_popcountll(close));
        if (closed >= scan->depth) {
            const int end = end_in_block(scan->depth, open, close);
            if (end >= 0) {
                const uint64_t upto = ~uint64_t(0) >> (63 - end);
                scan->values += static_cast<uint64_t>(__builtin_popcountll((open | commas) & upto));
                scan->depth = 0;
                return at + static_cast<size_t>(end) + 1;
            }
        }
        scan->values += static_cast<uint64_t>(__builtin_popcountll(open | commas));
        scan->depth += static_cast<uint64_t>(__builtin_popcountll(open)) - closed;
        scan->in_string = static_cast<uint8_t>(inside >> 63);
    }
#endif
    return scan_bytes(scan, bytes, at, length);
}
