internal import TextForms

/// A span's place in its trace, as the header `traceparent` of the W3C's Trace Context tells it.
package struct TraceParent: Sendable, Equatable {
    /// The trace: sixteen bytes, not all zero.
    let trace: (high: UInt64, low: UInt64)
    /// Not zero.
    let span: UInt64
    /// Whether somebody records the trace.
    let isSampled: Bool

    /// The version that is written. Later ones may add fields behind these.
    private static let version = "00"
    /// No version.
    private static let refused = "ff"
    /// Digits of each field.
    private static let lengths = [2, 32, 16, 2]

    /// A new trace.
    init() {
        trace = (.random(in: 1 ... .max), .random(in: .min ... .max))
        span = Self.newSpan()
        isSampled = true
    }

    /// A new span below another one.
    init(below parent: TraceParent) {
        trace = parent.trace
        span = Self.newSpan()
        isSampled = parent.isSampled
    }

    private static func newSpan() -> UInt64 { .random(in: 1 ... .max) }

    /// nil if the text is no such header.
    package init?(_ text: String) {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= Self.lengths.count,
            zip(fields, Self.lengths).allSatisfy({ $0.utf8.count == $1 && $0.utf8.allSatisfy(Self.isDigit) }),
            fields[0] != Self.refused, fields[0] != Self.version || fields.count == Self.lengths.count,
            let high = UInt64(fields[1].prefix(16), radix: 16), let low = UInt64(fields[1].suffix(16), radix: 16),
            let span = UInt64(fields[2], radix: 16), let flags = UInt8(fields[3], radix: 16),
            high | low != 0, span != 0
        else { return nil }
        trace = (high, low)
        self.span = span
        isSampled = flags & 1 == 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }

    var traceText: String { Hex.text(trace.high) + Hex.text(trace.low) }
    var spanText: String { Hex.text(span) }

    package var text: String { "\(Self.version)-\(traceText)-\(spanText)-\(isSampled ? "01" : "00")" }

    package static func == (one: TraceParent, other: TraceParent) -> Bool {
        one.trace == other.trace && one.span == other.span && one.isSampled == other.isSampled
    }
}
