/// A list of texts in one field: each as its length in bytes, a colon and itself.
enum TextList {
    static func encode(_ texts: [String]) -> String {
        texts.reduce(into: "") { $0 += "\($1.utf8.count):\($1)" }
    }

    /// What can be read of it.
    static func decode(_ text: String) -> [String] {
        var out: [String] = []
        var rest = text.utf8[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")), let length = Int(Substring(rest[..<colon])),
            case let start = rest.index(after: colon), (0...rest[start...].count).contains(length)
        {
            let end = rest.index(start, offsetBy: length)
            out.append(String(decoding: rest[start..<end], as: UTF8.self))
            rest = rest[end...]
        }
        return out
    }
}
