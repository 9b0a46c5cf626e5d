import FoundationEssentials
import TextForms

/// RSA keys as text (PEM), as OpenSSL writes them: lines of 64 characters and a line end after the last.
enum KeyText {
    /// - Parameter der: a SubjectPublicKeyInfo
    static func publicPEM(_ der: Data) -> [UInt8] {
        let text = Array(Base64.encode(der).utf8)
        var out = Array("-----BEGIN PUBLIC KEY-----\n".utf8)
        for start in stride(from: 0, to: text.count, by: 64) {
            out += text[start..<min(start + 64, text.count)]
            out.append(UInt8(ascii: "\n"))
        }
        return out + Array("-----END PUBLIC KEY-----\n".utf8)
    }
}
