@preconcurrency internal import COpenSSL
internal import Glibc

/// TLS on a connected socket, from version 1.2 on. Certificates and names are always verified: there is no way to turn that
/// off. The socket stays its owner's, with its time limits. It belongs to one thread.
public final class TLSSession {
    private let context: OpaquePointer
    private let tls: OpaquePointer

    /// Shakes hands.
    ///
    /// - Parameter host: the name or address that the peer's certificate must have
    public init(_ descriptor: Int32, host: String, trust: TLSTrust) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw TLSError(.lost, "TLS cannot begin") }
        guard let tls = SSL_new(context) else {
            SSL_CTX_free(context)
            throw TLSError(.lost, "TLS cannot begin")
        }
        self.context = context
        self.tls = tls
        ERR_clear_error()
        _ = relocation_tls_minimum_1_2(context)
        try trustAuthorities(trust)
        try showCertificate(trust)
        SSL_set_verify(tls, SSL_VERIFY_PEER, nil)
        try expect(host)
        SSL_set_fd(tls, descriptor)
        errno = 0
        let answer = SSL_connect(tls)
        guard answer == 1 else { throw handshakeFailure(host, answer) }
    }

    deinit {
        SSL_free(tls)
        SSL_CTX_free(context)
    }

    private func trustAuthorities(_ trust: TLSTrust) throws(TLSError) {
        let isLoaded =
            trust.authorities.map { SSL_CTX_load_verify_locations(context, $0, nil) == 1 }
            ?? (SSL_CTX_set_default_verify_paths(context) == 1)
        guard isLoaded else {
            throw TLSError(
                .badFile,
                "the certificates of authorities cannot be read: \(trust.authorities ?? "those of the system")")
        }
    }

    private func showCertificate(_ trust: TLSTrust) throws(TLSError) {
        guard let certificate = trust.certificate else { return }
        guard SSL_use_certificate_chain_file(tls, certificate) == 1 else {
            throw TLSError(.badFile, "the certificate cannot be read: \(certificate)")
        }
        let key = trust.key ?? certificate
        guard SSL_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) == 1, SSL_check_private_key(tls) == 1 else {
            throw TLSError(.badFile, "the private key cannot be read, or is not that of \(certificate): \(key)")
        }
    }

    private func expect(_ host: String) throws(TLSError) {
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host) == 1
        guard isAddress || SSL_set1_host(tls, host) == 1 && relocation_tls_server_name(tls, host) == 1 else {
            throw TLSError(.untrusted, "\(host) is no name that a certificate can have")
        }
    }

    private func handshakeFailure(_ host: String, _ answer: Int32) -> TLSError {
        let cause = errno
        let verdict = SSL_get_verify_result(tls)
        if verdict != X509_V_OK {
            let reason = String(cString: X509_verify_cert_error_string(verdict))
            return TLSError(.untrusted, "TLS with \(host) cannot begin: \(reason)")
        }
        if let reason = Self.reason() { return TLSError(.untrusted, "TLS with \(host) cannot begin: \(reason)") }
        let isLate = cause == EAGAIN || cause == EWOULDBLOCK
        return TLSError(
            .lost, "\(host) \(isLate ? "does not answer in time" : "ended the connection before TLS began")")
    }

    /// Bytes written; 0 or less if the connection is lost.
    public func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        ERR_clear_error()
        return Int(SSL_write(tls, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    /// Bytes read; 0 or less if the connection is lost.
    public func read(into block: UnsafeMutableRawBufferPointer) -> Int {
        ERR_clear_error()
        return Int(SSL_read(tls, block.baseAddress, Int32(clamping: block.count)))
    }

    /// Why the last call has failed, if that is TLS' own matter: the peer has refused the certificate, say.
    public var failure: String? { Self.reason() }

    private static func reason() -> String? {
        let code = ERR_get_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return nil }
        return String(cString: text)
    }
}
