/// `host`, `host:port` or `[address]:port`.
package struct ServerAddress: Equatable, Sendable {
    package let host: String
    package let port: Int

    package var isLocal: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// nil if the text names no server.
    package init?(_ text: Substring, port standard: Int) {
        let tail: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = String(text[text.index(after: text.startIndex)..<end])
            tail = text[text.index(after: end)...]
        } else {
            host = String(text.prefix { $0 != ":" })
            tail = text.dropFirst(host.count)
        }
        let number = tail.isEmpty ? standard : tail.hasPrefix(":") ? Int(tail.dropFirst()) : nil
        guard let number, (1...65_535).contains(number), !host.isEmpty,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        else { return nil }
        port = number
    }
}

/// Why a text is no address of the web: what the address must be, as the end of a sentence that begins with its name.
package struct WebAddressError: Error, Equatable {
    package let message: String
}

/// `https://host[:port]/path` or `http://…`.
package struct WebAddress: Equatable, Sendable {
    package let isEncrypted: Bool
    package let server: ServerAddress
    /// With its slash at the front, and its query.
    package var path: String

    package init(_ url: String) throws(WebAddressError) {
        guard let mark = url.firstRange(of: "://"), ["http", "https"].contains(url[..<mark.lowerBound]) else {
            throw WebAddressError(message: "begins with https:// or http://.")
        }
        isEncrypted = url.hasPrefix("https")
        let rest = url[mark.upperBound...]
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.contains("@") else { throw WebAddressError(message: "holds no user or password.") }
        guard let server = ServerAddress(host, port: isEncrypted ? 443 : 80) else {
            throw WebAddressError(message: "names a server by host or host:port.")
        }
        self.server = server
        let path = rest.dropFirst(host.count).prefix { $0 != "#" }
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
        guard self.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw WebAddressError(message: "is ASCII without blanks: percent-encode the rest of the path.")
        }
    }

    /// As in the header `Host`.
    var host: String { "\(server.host.contains(":") ? "[\(server.host)]" : server.host):\(server.port)" }
}
