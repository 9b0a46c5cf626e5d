import CSimdJSON
import Testing

/// Where a record ends, found with each set of instructions.
@Suite struct RecordEndTests {
    private struct Found: Equatable {
        var end: Int?
        var depth: UInt64 = 0
        var values: UInt64 = 0
        var isInString = false
        var isEscaped = false
    }

    /// Scans a text in parts.
    private func scan(_ text: [UInt8], _ parts: [Int], with instructions: csimdjson_instructions) -> Found {
        var scan = csimdjson_scan()
        var start = 0
        for part in parts {
            let length = min(part, text.count - start)
            let end = text.withUnsafeBufferPointer {
                csimdjson_record_end_with(instructions, &scan, $0.baseAddress.map { $0 + start }, length)
            }
            if end != Int(bitPattern: UInt.max) { return found(scan, end: start + Int(end)) }
            start += length
        }
        return found(scan, end: nil)
    }

    /// Behind the end nothing is said of strings.
    private func found(_ scan: csimdjson_scan, end: Int?) -> Found {
        if let end { return Found(end: end, values: scan.values) }
        return Found(
            end: nil, depth: scan.depth, values: scan.values, isInString: scan.in_string != 0,
            isEscaped: scan.escaped != 0)
    }

    private static let all = [csimdjson_one_byte, csimdjson_sse2, csimdjson_avx2]

    @Test(
        arguments: [
            (#"{"a":1}, "#, 7, 1), (#"{"a":"}","b":[1,2,{"c":"]"}]} rest"#, 29, 6), (#"{"a":"\\","b":"\"}"}x"#, 20, 2),
            (#"{"a":1"#, nil, 1),
        ] as [(String, Int?, UInt64)])
    func aTextEndsWithItsFirstBracketsPartner(_ text: String, _ end: Int?, _ values: UInt64) {
        for padding in [0, 57, 63, 64, 130] {
            let long = Array(repeating: UInt8(ascii: " "), count: padding) + Array(text.utf8)
            for instructions in Self.all {
                let found = scan(long, [long.count], with: instructions)
                #expect(found.end == end.map { $0 + padding }, "\(text)")
                if end != nil { #expect(found.values == values, "\(text)") }
            }
        }
    }

    /// Texts of few characters meet every combination at the borders of blocks.
    @Test func allInstructionsFindTheSame() {
        var random = Seeded(state: 7)
        let letters = Array(#"{}[]",\\a"#.utf8)
        for _ in 0..<20_000 {
            let text =
                [UInt8(ascii: "{")]
                + (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    // Mostly plain text, so that records grow long.
                    Bool.random(using: &random) ? UInt8(ascii: " ") : letters.randomElement(using: &random) ?? 0
                }
            let parts = [Int.random(in: 1...300, using: &random), 300]
            let expected = scan(text, parts, with: csimdjson_one_byte)
            for instructions in Self.all.dropFirst() {
                #expect(scan(text, parts, with: instructions) == expected, "\(String(decoding: text, as: UTF8.self))")
            }
        }
    }
}
