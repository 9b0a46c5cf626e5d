#include "csimdjson.h"

#include <new>
#include <simdjson.h>

#if defined(__SSE2__)
#include <immintrin.h>
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

/// Sets of bytes in a block of 64: bit i stands for byte i.
struct block_masks {
    uint64_t quotes, backslashes, opening, closing, commas;
};

#if defined(__clang__) && defined(__x86_64__)
#define CSIMDJSON_HAS_AVX2 1
#pragma clang attribute push(__attribute__((target("avx2,bmi,popcnt,pclmul"))), apply_to = function)
namespace avx2 {

static inline uint64_t equal_mask(const __m256i low, const __m256i high, char byte) {
    const __m256i wanted = _mm256_set1_epi8(byte);
    const uint32_t first = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
    const uint32_t second = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
    return static_cast<uint64_t>(second) << 32 | first;
}

static inline uint64_t line_feeds_of(const uint8_t *bytes) {
    const __m256i *block = reinterpret_cast<const __m256i *>(bytes);
    return equal_mask(_mm256_loadu_si256(block), _mm256_loadu_si256(block + 1), '\n');
}

static inline block_masks masks_of(const uint8_t *bytes) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bytes));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bytes + 32));
    // `[` and `{`, `]` and `}` differ in one bit only.
    const __m256i bit = _mm256_set1_epi8(0x20);
    const __m256i low_folded = _mm256_or_si256(low, bit);
    const __m256i high_folded = _mm256_or_si256(high, bit);
    return {equal_mask(low, high, '"'), equal_mask(low, high, '\\'), equal_mask(low_folded, high_folded, '{'),
            equal_mask(low_folded, high_folded, '}'), equal_mask(low, high, ',')};
}

static inline uint64_t prefix_xor(uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(
        _mm_set_epi64x(0, static_cast<int64_t>(bits)), _mm_set1_epi8(static_cast<char>(0xFF)), 0);
    return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

#include "scan_blocks.h"

}  // namespace avx2
#pragma clang attribute pop
#endif

namespace sse2 {

static inline uint64_t equal_mask(const __m128i block[4], char byte) {
    const __m128i wanted = _mm_set1_epi8(byte);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t part = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block[i], wanted)));
        mask |= static_cast<uint64_t>(part) << (16 * i);
    }
    return mask;
}

static inline uint64_t line_feeds_of(const uint8_t *bytes) {
    const __m128i *start = reinterpret_cast<const __m128i *>(bytes);
    const __m128i block[4] = {
        _mm_loadu_si128(start), _mm_loadu_si128(start + 1), _mm_loadu_si128(start + 2), _mm_loadu_si128(start + 3)};
    return equal_mask(block, '\n');
}

static inline block_masks masks_of(const uint8_t *bytes) {
    __m128i block[4];
    __m128i folded[4];
    const __m128i bit = _mm_set1_epi8(0x20);
    for (int i = 0; i < 4; i++) {
        block[i] = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + 16 * i));
        folded[i] = _mm_or_si128(block[i], bit);
    }
    return {equal_mask(block, '"'), equal_mask(block, '\\'), equal_mask(folded, '{'), equal_mask(folded, '}'),
            equal_mask(block, ',')};
}

static inline uint64_t prefix_xor(uint64_t bits) {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

#include "scan_blocks.h"

}  // namespace sse2

#endif

static csimdjson_instructions best_instructions() {
#if defined(CSIMDJSON_HAS_AVX2)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul")) return csimdjson_avx2;
#endif
#if defined(__SSE2__)
    return csimdjson_sse2;
#else
    return csimdjson_one_byte;
#endif
}

size_t csimdjson_record_end_with(
    csimdjson_instructions instructions, csimdjson_scan *scan, const uint8_t *bytes, size_t length) {
    static const csimdjson_instructions best = best_instructions();
    size_t at = 0;
    size_t end = SIZE_MAX;
    switch (instructions < best ? instructions : best) {
#if defined(CSIMDJSON_HAS_AVX2)
    case csimdjson_avx2: end = avx2::scan_blocks(scan, bytes, length, &at); break;
#endif
#if defined(__SSE2__)
    case csimdjson_sse2: end = sse2::scan_blocks(scan, bytes, length, &at); break;
#endif
    default: break;
    }
    return end != SIZE_MAX ? end : scan_bytes(scan, bytes, at, length);
}

size_t csimdjson_record_end(csimdjson_scan *scan, const uint8_t *bytes, size_t length) {
    return csimdjson_record_end_with(csimdjson_avx2, scan, bytes, length);
}

size_t csimdjson_line_feeds(const uint8_t *bytes, size_t length) {
    static const csimdjson_instructions best = best_instructions();
    size_t at = 0;
    size_t count = 0;
    switch (best) {
#if defined(CSIMDJSON_HAS_AVX2)
    case csimdjson_avx2: count = avx2::count_blocks(bytes, length, &at); break;
#endif
#if defined(__SSE2__)
    case csimdjson_sse2: count = sse2::count_blocks(bytes, length, &at); break;
#endif
    default: break;
    }
    for (; at < length; at++) count += bytes[at] == '\n';
    return count;
}
