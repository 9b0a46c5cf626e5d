internal import Glibc

extension String {
    /// Whether the text holds a NUL character. PostgreSQL refuses NUL in every text.
    public var holdsNUL: Bool {
        var text = self
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, 0, bytes.count) != nil
        }
    }
}
