package import Sockets

/// Who makes spans, and who takes them.
public struct TraceSettings: Sendable {
    let address: WebAddress
    /// The program.
    let service: String
    let version: String
    /// Tells one process from another; empty for one that ends soon.
    let instance: String

    /// Spans that wait at most; more are dropped.
    static let bufferLimit = 2_048
    /// Spans of one request.
    static let batchLimit = 512
    /// Milliseconds that spans wait for more before they are sent.
    static let lingerMilliseconds = 1_000
    /// Seconds of the connection, and then of each step of a request.
    static let timeoutSeconds = 5
    /// Milliseconds before what was not taken is sent again, doubled from one to the next.
    static let pauses = 1_000...30_000
    /// Where collectors take traces, unless the address says otherwise.
    private static let standardPath = "/v1/traces"

    /// - Parameter url: `http://host[:port][/path]`, or `https://…`
    package init(url: String, service: String, version: String, instance: String = "") throws(WebAddressError) {
        var address = try WebAddress(url)
        if address.path == "/" { address.path = Self.standardPath }
        self.address = address
        self.service = service
        self.version = version
        self.instance = instance
    }
}

/// What became of spans.
public struct TraceReport: Sendable, Equatable {
    public var sent = 0
    public var dropped = 0
    /// Why the last ones were not taken; nil if they were.
    public var trouble: String?
}
