internal import Glibc

/// An IPv4 or IPv6 address with its prefix length, as PostgreSQL's `inet` holds it.
package struct InternetAddress: Equatable, Sendable {
    /// Four or sixteen bytes.
    package let bytes: [UInt8]
    package let prefixLength: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(String(parts[0])) else { return nil }
        self.bytes = bytes
        guard parts.count == 2 else {
            prefixLength = bytes.count * 8
            return
        }
        guard let length = Int(parts[1]), parts[1].allSatisfy(\.isNumber), length <= bytes.count * 8 else { return nil }
        prefixLength = length
    }

    package init(bytes: [UInt8], prefixLength: Int) {
        self.bytes = bytes
        self.prefixLength = prefixLength
    }

    /// The shortest form, as PostgreSQL shows it; the prefix length only if it is not the whole address.
    package var text: String {
        var out = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        let written = bytes.withUnsafeBytes { inet_ntop(family, $0.baseAddress, &out, socklen_t(out.count)) }
        guard written != nil else { return "" }
        let address = String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return prefixLength == bytes.count * 8 ? address : "\(address)/\(prefixLength)"
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        if text.contains(":") {
            var out = [UInt8](repeating: 0, count: 16)
            return inet_pton(AF_INET6, text, &out) == 1 ? out : nil
        }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        let out = numbers.compactMap {
            $0.count <= 3 && $0.utf8.allSatisfy { (48...57).contains($0) } ? UInt8($0) : nil
        }
        return numbers.count == 4 && out.count == 4 ? out : nil
    }
}
