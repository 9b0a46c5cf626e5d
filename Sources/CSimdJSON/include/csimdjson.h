/// A plain C face of simdjson's DOM parser, and the byte scan that finds where a record ends.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable (not meaningful) behind every text that is parsed.
#define CSIMDJSON_PADDING 64

typedef struct csimdjson_parser csimdjson_parser;

/// Returns NULL when memory is short.
csimdjson_parser *csimdjson_create(size_t max_depth);
void csimdjson_destroy(csimdjson_parser *parser);

/// Parses one text; 0 on success. `tape` and `strings` then point into the parser and hold until its next use.
/// A parser that has grown beyond `keep_bytes` gives its memory back before a smaller text.
int csimdjson_parse(csimdjson_parser *parser, const uint8_t *text, size_t length, size_t keep_bytes,
                    const uint64_t **tape, const uint8_t **strings);

/// Copies a valid text without its white space; `out` takes `length` bytes. Returns the bytes written.
size_t csimdjson_minify(const uint8_t *text, size_t length, uint8_t *out);

/// Where a scan stands between two calls. All zero before the opening bracket.
typedef struct {
    uint64_t depth;
    /// Commas and opening brackets so far: how much memory a parser needs beside the text's own size.
    uint64_t values;
    uint8_t in_string;
    uint8_t escaped;
} csimdjson_scan;

/// Reads on until the bracket that closes the first one opened. Returns the bytes up to and including it, or
/// SIZE_MAX when `length` bytes did not hold it. Brackets are counted, not matched: the parser does that.
size_t csimdjson_record_end(csimdjson_scan *scan, const uint8_t *bytes, size_t length);

/// How many line feeds there are.
size_t csimdjson_line_feeds(const uint8_t *bytes, size_t length);

/// The instructions that a scan uses. All find the same.
typedef enum { csimdjson_one_byte, csimdjson_sse2, csimdjson_avx2 } csimdjson_instructions;

/// The same with given instructions, or with simpler ones where this processor lacks them.
size_t csimdjson_record_end_with(
    csimdjson_instructions instructions, csimdjson_scan *scan, const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
