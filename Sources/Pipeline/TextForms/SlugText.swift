internal import Foundation

/// Slugs as Django makes them.
package enum SlugText {
    /// Lower-case ASCII letters, digits, `_` and single `-`, without `-` and `_` at its ends; cut to the length.
    package static func slugify(_ text: String, maxLength: Int) -> String {
        var cut = slug(text.decomposedStringWithCompatibilityMapping.unicodeScalars).prefix(maxLength)
        while cut.last == "-" { cut.removeLast() }
        return String(cut)
    }

    /// Lower-case letters, digits, `_` and single `-`, without `-` and `_` at its ends. Blanks become `-`, everything else
    /// is left out.
    package static func slug(_ text: some Sequence<Unicode.Scalar>) -> String {
        var out: [UInt8] = []
        for scalar in text where scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): out.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), underscore:
                out.append(byte)
            case dash, 0x09...0x0D, 0x1C...0x20: if out.last != dash { out.append(dash) }
            default: break
            }
        }
        let end = out.lastIndex { $0 != dash && $0 != underscore }.map { $0 + 1 } ?? 0
        return String(decoding: out[..<end].drop { $0 == dash || $0 == underscore }, as: UTF8.self)
    }

    private static let dash = UInt8(ascii: "-")
    private static let underscore = UInt8(ascii: "_")
}
