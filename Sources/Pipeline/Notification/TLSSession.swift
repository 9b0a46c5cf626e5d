@preconcurrency internal import COpenSSL
internal import Glibc

/// Whom to trust.
public struct TLSTrust: Sendable, Equatable {
    /// A file with certificates of authorities; nil for those of the system.
    public var authorities: String?

    public init(authorities: String? = nil) { self.authorities = authorities }
}

/// TLS on a connected socket. Certificates are always verified: there is no way to turn that off.
final class TLSSession {
    private let context: OpaquePointer
    private let tls: OpaquePointer

    init(_ descriptor: Int32, host: String, trust: TLSTrust) throws(NetworkError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw NetworkError(.untrusted, "TLS cannot begin: \(Self.reason())")
        }
        guard let tls = SSL_new(context) else {
            SSL_CTX_free(context)
            throw NetworkError(.untrusted, "TLS cannot begin: \(Self.reason())")
        }
        self.context = context
        self.tls = tls
        _ = relocation_tls_minimum_1_2(context)
        try trustAuthorities(trust)
        SSL_set_verify(tls, SSL_VERIFY_PEER, nil)
        try expect(host)
        SSL_set_fd(tls, descriptor)
        guard SSL_connect(tls) == 1 else { throw handshakeFailure(host) }
    }

    deinit {
        SSL_free(tls)
        SSL_CTX_free(context)
    }

    private func trustAuthorities(_ trust: TLSTrust) throws(NetworkError) {
        let isLoaded =
            trust.authorities.map { SSL_CTX_load_verify_locations(context, $0, nil) == 1 }
            ?? (SSL_CTX_set_default_verify_paths(context) == 1)
        guard isLoaded else {
            throw NetworkError(
                .untrusted,
                "the certificates of authorities cannot be read: \(trust.authorities ?? "those of the system")")
        }
    }

    private func expect(_ host: String) throws(NetworkError) {
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1
        guard isAddress || SSL_set1_host(tls, host) == 1 && relocation_tls_server_name(tls, host) == 1 else {
            throw NetworkError(.untrusted, "\(host) is no name that a certificate can have")
        }
    }

    private func handshakeFailure(_ host: String) -> NetworkError {
        let verdict = SSL_get_verify_result(tls)
        let reason =
            verdict == X509_V_OK ? Self.reason() : String(cString: X509_verify_cert_error_string(verdict))
        return NetworkError(.untrusted, "TLS with \(host) cannot begin: \(reason)")
    }

    /// Bytes written; 0 or less if the connection is lost.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        Int(bytes.withUnsafeBytes { SSL_write(tls, $0.baseAddress, Int32(clamping: $0.count)) })
    }

    /// Bytes read; 0 or less if the connection is lost.
    func read(into block: inout [UInt8]) -> Int { Int(SSL_read(tls, &block, Int32(clamping: block.count))) }

    private static func reason() -> String {
        let code = ERR_get_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "the connection was lost" }
        return String(cString: text)
    }
}
