import Catalogue

/// A chunk row's maps as JSON text, keys ascending.
package struct ChunkTexts {
    package let inserted: String
    package let existing: String
    package let overwritten: String
    package let identifiers: String

    package init(_ chunk: ChunkRow) {
        inserted = Self.text(chunk, .inserted)
        existing = Self.text(chunk, .existing)
        overwritten = Self.text(chunk, .overwritten)
        let slugs = chunk.identifiers.sorted { $0.key < $1.key }
            .map { "\"\($0.key)\":\(JSONText.quoted($0.value))" }
        identifiers = "{" + slugs.joined(separator: ",") + "}"
    }

    private static func text(_ chunk: ChunkRow, _ kind: MappingKind) -> String {
        var pairs = chunk.mapped.filter { $0.kind == kind }
        if !zip(pairs, pairs.dropFirst()).allSatisfy({ $0.sourcePK < $1.sourcePK }) {
            // A source key that occurs twice keeps its last row, as the accumulated map does.
            let last = Dictionary(pairs.map { ($0.sourcePK, $0) }, uniquingKeysWith: { _, later in later })
            pairs = last.values.sorted { $0.sourcePK < $1.sourcePK }
        }
        var out: [UInt8] = []
        out.reserveCapacity(pairs.count * 20 + 2)
        out.append(UInt8(ascii: "{"))
        for (index, pair) in pairs.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            out.append(UInt8(ascii: "\""))
            append(pair.sourcePK, to: &out)
            out += [UInt8(ascii: "\""), UInt8(ascii: ":")]
            append(pair.newPK, to: &out)
        }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ number: Int64, to out: inout [UInt8]) {
        var rest = number.magnitude
        let start = out.count
        repeat {
            out.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        if number < 0 { out.append(UInt8(ascii: "-")) }
        out[start...].reverse()
    }
}
