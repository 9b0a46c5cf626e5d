/// A URL in parts, as Python's `urlparse` splits it.
package struct SplitURL: Equatable, Sendable {
    package var scheme = ""
    package var host = ""
    package var path = ""
    /// What follows a semicolon in the last part of the path.
    package var parameters = ""
    package var query = ""
    package var fragment = ""

    /// Schemes whose paths may end in parameters.
    private static let parametrized: Set<String> = [
        "", "ftp", "hdl", "prospero", "http", "https", "imap", "itms", "shttp", "rtsp", "rtspu", "sip", "sips", "mms",
        "sftp", "tel",
    ]
    /// Schemes with a host even if that is empty.
    private static let withHost: Set<String> = [
        "", "ftp", "http", "gopher", "nntp", "telnet", "imap", "wais", "file", "mms", "https", "shttp", "snews",
        "prospero", "rtsp", "rtspu", "rsync", "svn", "svn+ssh", "sftp", "nfs", "git", "git+ssh", "ws", "wss",
    ]

    /// nil for a host whose brackets do not match.
    package init?(_ text: String) {
        let scalars = text.unicodeScalars.drop { $0.value <= 0x20 }.filter { !["\t", "\n", "\r"].contains($0) }
        var rest = Substring(String(String.UnicodeScalarView(scalars)))
        if let colon = rest.firstIndex(of: ":"), Self.isScheme(rest[..<colon]) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
            guard host.contains("[") == host.contains("]"), Self.hasSoundBrackets(host) else { return nil }
        }
        fragment = Self.cut(&rest, at: "#")
        query = Self.cut(&rest, at: "?")
        path = String(rest)
        if Self.parametrized.contains(scheme) { cutParameters() }
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, 0x61...0x7A ~= first | 0x20 else { return false }
        return text.utf8.allSatisfy { 0x61...0x7A ~= $0 | 0x20 || 0x30...0x39 ~= $0 || "+-.".utf8.contains($0) }
    }

    /// What brackets enclose must be an address of version 6 or later.
    private static func hasSoundBrackets(_ host: String) -> Bool {
        guard let open = host.firstIndex(of: "["), let close = host.firstIndex(of: "]"), open < close else {
            return !host.contains("[")
        }
        return host[open..<close].contains(":") || host[open...].dropFirst().first?.lowercased() == "v"
    }

    /// Takes off what follows a mark.
    private static func cut(_ text: inout Substring, at mark: Character) -> String {
        guard let place = text.unicodeScalars.firstIndex(where: { Character($0) == mark }) else { return "" }
        defer { text = text[..<place] }
        return String(text.unicodeScalars[text.unicodeScalars.index(after: place)...])
    }

    private mutating func cutParameters() {
        let last = path.unicodeScalars.lastIndex(of: "/") ?? path.startIndex
        guard let mark = path.unicodeScalars[last...].firstIndex(of: ";") else { return }
        parameters = String(path.unicodeScalars[path.unicodeScalars.index(after: mark)...])
        path = String(path.unicodeScalars[..<mark])
    }

    /// The parts together again, as `geturl` does.
    package var text: String {
        var out = parameters.isEmpty ? path : "\(path);\(parameters)"
        if !host.isEmpty || (!scheme.isEmpty && Self.withHost.contains(scheme) && !out.hasPrefix("//")) {
            if !out.isEmpty, !out.hasPrefix("/") { out = "/" + out }
            out = "//" + host + out
        }
        if !scheme.isEmpty { out = scheme + ":" + out }
        if !query.isEmpty { out += "?" + query }
        if !fragment.isEmpty { out += "#" + fragment }
        return out
    }

    /// The parameters of the query as `parse_qs` reads them: each key once, in the order of first occurrence.
    package var queryValues: [(key: String, values: [String])] {
        var out: [(key: String, values: [String])] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { continue }
            let key = Self.unquoted(parts[0])
            if let place = out.firstIndex(where: { $0.key == key }) {
                out[place].values.append(Self.unquoted(parts[1]))
            } else {
                out.append((key, [Self.unquoted(parts[1])]))
            }
        }
        return out
    }

    private static func unquoted(_ text: Substring) -> String {
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = digit(bytes[at + 1]),
                let low = digit(bytes[at + 2])
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(bytes[at] == UInt8(ascii: "+") ? 0x20 : bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

/// Descriptions of outgoing requests: `GET https://example.com/a?b=c`.
enum HTTPSpan {
    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
    ]

    /// Method, scheme, host and path; nil for any other text.
    static func parts(_ description: String) -> [String]? {
        guard let blank = description.unicodeScalars.firstIndex(of: " ") else { return nil }
        let method = String(description[..<blank]).uppercased()
        guard methods.contains(method) else { return nil }
        let address = String(description.unicodeScalars[description.unicodeScalars.index(after: blank)...])
        guard let url = SplitURL(address) else { return [method] + crude(address) }
        let path = url.parameters.isEmpty ? url.path : "\(url.path);\(url.parameters)"
        return [method, url.scheme, url.host, path]
    }

    /// A text that is no URL, cut at the places where one would be.
    private static func crude(_ address: String) -> [String] {
        var rest = Substring(address.unicodeScalars.prefix { $0 != "?" && $0 != "#" })
        var scheme = ""
        if let colon = rest.firstIndex(of: ":") {
            scheme = String(rest[..<colon]).lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        while rest.hasPrefix("/") { rest = rest.dropFirst() }
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        return [scheme, String(rest[..<end]), String(rest[end...])]
    }
}
