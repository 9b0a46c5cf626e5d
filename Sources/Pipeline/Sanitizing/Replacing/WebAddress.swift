import ExportFormat

/// A URL with a host, cut as Python's `urllib.parse` cuts it. User, password and port are left out.
struct WebAddress {
    private typealias Part = ArraySlice<UInt8>

    /// Lower case; empty if there is none.
    private let scheme: Part
    /// Lower case.
    private let host: Part
    private var path: Part = []
    private var parameters: Part = []
    private var query: Part = []
    private var fragment: Part = []

    /// nil for a text without a host.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        // What browsers leave out.
        let clean = text.drop { $0 <= 0x20 }.filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        var rest = clean[...]
        scheme = Self.cutScheme(&rest)
        guard rest.starts(with: "//".utf8) else { return nil }
        rest = rest.dropFirst(2)
        let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
        guard let host = Self.host(rest[..<end]) else { return nil }
        self.host = host
        cut(rest[end...])
    }

    /// `https:`, without the colon.
    private static func cutScheme(_ rest: inout Part) -> Part {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let first = rest.first, isLetter(first),
            rest[..<colon].allSatisfy({ isLetter($0) || 0x30...0x39 ~= $0 || "+-.".utf8.contains($0) })
        else { return [] }
        defer { rest = rest[(colon + 1)...] }
        return lowercased(rest[..<colon])
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    private static func lowercased(_ part: Part) -> Part {
        Array(String(decoding: part, as: UTF8.self).lowercased().utf8)[...]
    }

    /// Without user, port and the brackets around an IPv6 address.
    private static func host(_ location: Part) -> Part? {
        let (opening, closing) = (UInt8(ascii: "["), UInt8(ascii: "]"))
        guard location.contains(opening) == location.contains(closing) else { return nil }
        var host = location.lastIndex(of: UInt8(ascii: "@")).map { location[($0 + 1)...] } ?? location
        if let bracket = host.firstIndex(of: opening) {
            host = host[(bracket + 1)...].prefix { $0 != closing }
        } else {
            host = host.prefix { $0 != UInt8(ascii: ":") }
        }
        guard !host.isEmpty else { return nil }
        let zone = host.firstIndex(of: UInt8(ascii: "%")) ?? host.endIndex
        return lowercased(host[..<zone]) + host[zone...]
    }

    private mutating func cut(_ tail: Part) {
        var rest = tail
        fragment = Self.cutTail(&rest, "#")
        query = Self.cutTail(&rest, "?")
        path = rest
        guard Self.schemesWithParameters.contains(String(decoding: scheme, as: UTF8.self)) else { return }
        var last = path.lastIndex(of: UInt8(ascii: "/")).map { path[$0...] } ?? path
        parameters = Self.cutTail(&last, ";")
        path = path[..<last.endIndex]
    }

    private static let schemesWithParameters: Set<String> = [
        "", "ftp", "hdl", "prospero", "http", "https", "shttp", "rtsp", "rtspu", "sip", "sips", "mms", "sftp", "tel",
    ]

    /// Cuts off what follows a mark, and the mark.
    private static func cutTail(_ text: inout Part, _ mark: Unicode.Scalar) -> Part {
        guard let place = text.firstIndex(of: UInt8(ascii: mark)) else { return [] }
        defer { text = text[..<place] }
        return text[(place + 1)...]
    }
}

extension WebAddress {
    /// What appends the replacement of a piece.
    typealias Replacement<Failure: Error> = (UnsafeBufferPointer<UInt8>, inout [UInt8]) throws(Failure) -> Void

    /// The address put together again, each piece of it replaced.
    func rebuild<Failure: Error>(to out: inout [UInt8], _ replace: Replacement<Failure>) throws(Failure) {
        if !scheme.isEmpty {
            try Self.append(scheme, to: &out, replace)
            out.append(UInt8(ascii: ":"))
        }
        out += "//".utf8
        try Self.append(piecesOf: host, to: &out, replace)
        try appendPath(to: &out, replace)
        try Self.append(";", parameters, to: &out, replace)
        if !query.isEmpty {
            out.append(UInt8(ascii: "?"))
            try Self.append(piecesOf: query, to: &out, replace)
        }
        try Self.append("#", fragment, to: &out, replace)
    }

    /// A path that no longer begins with a slash gets one.
    private func appendPath<Failure: Error>(
        to out: inout [UInt8], _ replace: Replacement<Failure>
    ) throws(Failure) {
        guard !path.isEmpty else { return }
        var new: [UInt8] = []
        try Self.append(piecesOf: path, to: &new, replace)
        if new.first != UInt8(ascii: "/") { out.append(UInt8(ascii: "/")) }
        out += new
    }

    private static func append<Failure: Error>(
        _ mark: Unicode.Scalar, _ part: Part, to out: inout [UInt8], _ replace: Replacement<Failure>
    ) throws(Failure) {
        guard !part.isEmpty else { return }
        out.append(UInt8(ascii: mark))
        try append(part, to: &out, replace)
    }

    /// The pieces between dots apart.
    private static func append<Failure: Error>(
        piecesOf part: Part, to out: inout [UInt8], _ replace: Replacement<Failure>
    ) throws(Failure) {
        for (place, piece) in part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).enumerated() {
            if place > 0 { out.append(UInt8(ascii: ".")) }
            try append(piece, to: &out, replace)
        }
    }

    private static func append<Failure: Error>(
        _ part: Part, to out: inout [UInt8], _ replace: Replacement<Failure>
    ) throws(Failure) {
        try Array(part).withBytes { bytes throws(Failure) in try replace(bytes, &out) }
    }
}
