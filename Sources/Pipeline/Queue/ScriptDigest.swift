internal import Crypto
internal import FoundationEssentials

/// SHA-1, by which Redis names scripts. Not for anything that must resist an attacker.
enum ScriptDigest {
    /// 40 lower-case hexadecimal digits.
    static func hex(_ text: String) -> String { hex(Array(text.utf8)) }

    static func hex(_ content: [UInt8]) -> String {
        Insecure.SHA1.hash(data: content).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
