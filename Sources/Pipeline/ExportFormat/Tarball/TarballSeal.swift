import Crypto
import CryptoExtras
import FoundationEssentials
import TextForms

/// What closes one encrypted tarball: a fresh key, and that key wrapped for whoever may open the tarball.
public struct TarballSeal: Sendable {
    let key: FernetKey
    /// The member `data.key`.
    let wrappedKey: [UInt8]
    /// The member `key.pub`.
    let publicKey: [UInt8]
    /// What the operator should know about the public key; nil if there is nothing.
    public let warning: String?

    /// Bytes that a program may exchange for a key: any pipe holds them.
    public static let maxExchangeBytes = 4096

    /// Wraps the key with RSA: the private key opens the tarball. Throws `badKey`.
    public init(publicKeyPEM pem: [UInt8]) throws(ExportError) {
        let recipient = try RecipientKey(pem)
        let (key, text) = try Self.freshKey()
        guard let wrapped = try? recipient.key.encrypt(text, padding: .PKCS1_OAEP_SHA256) else {
            throw ExportError(.badKey, "the public key is too short to encrypt with; use one of 2048 bits or more")
        }
        self.key = key
        wrappedKey = Array(wrapped)
        publicKey = recipient.member
        warning = recipient.warning
    }

    /// Has the key wrapped elsewhere, by a key management service for example.
    ///
    /// - Parameters:
    ///   - pem: for the member `key.pub`; nil if there is no public key
    ///   - wrap: gets the 44 characters of the key, returns what opens them again
    public init(
        publicKeyPEM pem: [UInt8]?, wrap: (_ key: [UInt8]) throws(ExportError) -> [UInt8]
    ) throws(ExportError) {
        let recipient = try pem.map { pem throws(ExportError) in try RecipientKey(pem) }
        let (key, text) = try Self.freshKey()
        let wrapped = try wrap(text)
        guard !wrapped.isEmpty, wrapped.firstRange(of: text) == nil else {
            throw ExportError(
                .badKey,
                wrapped.isEmpty
                    ? "the program that encrypts the key has written nothing"
                    : "the program that encrypts the key has written the key itself: it must encrypt it")
        }
        self.key = key
        wrappedKey = wrapped
        publicKey = recipient?.member ?? Array("The key was wrapped by a program, without a public key.\n".utf8)
        warning = recipient?.warning
    }

    /// A key, and its text in base64url.
    private static func freshKey() throws(ExportError) -> (FernetKey, [UInt8]) {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        guard let key = FernetKey(bytes) else { throw ExportError(.outOfMemory, "no key can be made") }
        return (key, Array(Base64.encodeURLSafe(bytes).utf8))
    }
}

/// The public key of whoever may open a tarball.
struct RecipientKey {
    let key: _RSA.Encryption.PublicKey
    /// What `key.pub` holds. Readers compare it byte for byte with the form that OpenSSL writes.
    let member: [UInt8]
    let warning: String?

    /// A shorter key can be broken by those with much to gain.
    private static let safeBits = 2048

    init(_ pem: [UInt8]) throws(ExportError) {
        let text = String(decoding: pem, as: UTF8.self)
        if text.contains("PRIVATE KEY") {
            throw ExportError(.badKey, "this is a private key; encrypt with the public key that belongs to it")
        }
        if text.contains("CERTIFICATE") {
            throw ExportError(
                .badKey, "this is a certificate; take its public key out with: openssl x509 -pubkey -noout")
        }
        // The library's error is only a code. Short keys are taken, as Sentry takes them.
        guard let key = try? _RSA.Encryption.PublicKey(unsafePEMRepresentation: text) else {
            throw ExportError(.badKey, "the public key is not an RSA key in PEM form")
        }
        self.key = key
        let usual = KeyText.publicPEM(key.derRepresentation)
        // Text around the key is kept, as Sentry keeps it.
        member = Self.holdsOnlyKey(text) ? usual : pem
        let remarks = [Self.remark(pem, usual: usual, member: member), Self.remark(bits: key.keySizeInBits)]
        warning = remarks.contains { $0 != nil } ? remarks.compactMap { $0 }.joined(separator: " ") : nil
    }

    private static func holdsOnlyKey(_ text: String) -> Bool {
        let trimmed = text.drop { $0.isWhitespace }
        let end = trimmed.lastIndex { !$0.isWhitespace }.map { trimmed[...$0] } ?? trimmed
        return end.hasPrefix("-----BEGIN ") && end.hasSuffix("KEY-----") && end.ranges(of: "-----BEGIN ").count == 1
    }

    private static func remark(_ pem: [UInt8], usual: [UInt8], member: [UInt8]) -> String? {
        if member != usual {
            return
                "text stands around the public key. It goes into the tarball as it is, and no private key will open that, here "
                + "or with Sentry: remove the text and encrypt again."
        }
        guard pem != usual else { return nil }
        return
            "the public key has other line ends or another form than OpenSSL gives it (openssl pkey -pubin). The tarball holds it in "
            + "the usual form, the only one that is accepted when the tarball is opened."
    }

    private static func remark(bits: Int) -> String? {
        bits < safeBits ? "the public key has only \(bits) bits; use one of \(safeBits) or more." : nil
    }
}
