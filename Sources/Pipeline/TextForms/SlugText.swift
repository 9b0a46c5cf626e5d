internal import Foundation

/// A name as a slug.
package enum SlugText {
    /// Lower-case ASCII letters, digits, `_` and single `-`, without `-` and `_` at its ends; cut to the length.
    package static func slugify(_ text: String, maxLength: Int) -> String {
        let folded = text.decomposedStringWithCompatibilityMapping.unicodeScalars.filter(\.isASCII)
        var out: [UInt8] = []
        for scalar in folded {
            let byte = UInt8(ascii: scalar) | (scalar.properties.isUppercase ? 0x20 : 0)
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                out.append(byte)
            case UInt8(ascii: "-"), 0x09...0x0D, 0x1C...0x20:
                if out.last != UInt8(ascii: "-") { out.append(UInt8(ascii: "-")) }
            default: break
            }
        }
        let outer = [UInt8(ascii: "-"), UInt8(ascii: "_")]
        let cut = strip(out, outer).prefix(maxLength)
        return String(decoding: strip(Array(cut), [UInt8(ascii: "-")]), as: UTF8.self)
    }

    private static func strip(_ bytes: [UInt8], _ outer: [UInt8]) -> [UInt8] {
        let end = bytes.lastIndex { !outer.contains($0) }.map { $0 + 1 } ?? 0
        return Array(bytes[..<end].drop { outer.contains($0) })
    }
}
