package import TLS

/// Sends JSON to a web server, over a connection of its own each time. The calls block, for a limited time.
package struct WebPost: Sendable {
    private let address: WebAddress
    private let trust: TLSTrust
    private let timeoutSeconds: Int

    /// Bytes of the longest line of an answer.
    private static let lineLimit = 16_384

    /// - Parameter timeoutSeconds: for the connection, and then for each step
    package init(_ address: WebAddress, trust: TLSTrust = TLSTrust(), timeoutSeconds: Int) {
        self.address = address
        self.trust = trust
        self.timeoutSeconds = timeoutSeconds
    }

    /// Returns the status of the answer. Redirections are not followed.
    ///
    /// - Parameter headers: besides those that every request has
    package func send(_ headers: [String], body: [UInt8]) throws(NetworkError) -> Int {
        let (host, port) = (address.server.host, address.server.port)
        let stream = try NetworkStream(host: host, port: port, timeoutSeconds: timeoutSeconds)
        if address.isEncrypted { try stream.startTLS(host: host, trust: trust) }
        try stream.write(request(headers, body))
        let words = try stream.readLine(limit: Self.lineLimit).split(separator: " ")
        guard words.count > 1, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]) else {
            throw NetworkError(.malformed, "\(host):\(port) does not speak HTTP")
        }
        return code
    }

    private func request(_ headers: [String], _ body: [UInt8]) -> [UInt8] {
        let head =
            [
                "POST \(address.path) HTTP/1.1", "Host: \(address.host)", "Connection: close", "User-Agent: relocation",
                "Content-Type: application/json", "Content-Length: \(body.count)",
            ] + headers
        return Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    }
}
