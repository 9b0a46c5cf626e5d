import Crypto
import FoundationEssentials
import TextForms

/// The keys that seal payloads in Redis: the first key seals, each key opens. To rotate keys, put a new one first and
/// keep the old one until no relocation needs it.
///
/// The text has one key per line, `<key id> <base64 of 32 bytes>`. Empty lines and lines that begin with `#` are
/// ignored. The description names the keys' ids, never a key.
public struct PayloadKeyring: Sendable {
    /// Bytes of a key: AES-256.
    public static let keyBytes = 32
    /// Bytes of a key's id: letters, digits, dots, dashes and underscores.
    public static let keyIDLimits = 1...64
    public static let keyLimits = 1...100
    /// Bytes of a key file.
    public static let maximumFileBytes = 65_536

    /// The key ids in the order of the file.
    public let keyIDs: [String]
    private let keys: [String: SymmetricKey]

    /// The id of the key that seals.
    public var sealingKeyID: String { keyIDs[0] }

    /// Throws ``TaskFormatError/Kind/badKey`` with the number of the malformed line, never with its content.
    public init(parsing text: String) throws(TaskFormatError) {
        var ids: [String] = []
        var keys: [String: SymmetricKey] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            let (id, key) = try Self.key(words, line: index + 1)
            guard keys.updateValue(key, forKey: id) == nil else {
                throw Self.malformed(index + 1, "the key id appears twice")
            }
            ids.append(id)
        }
        guard Self.keyLimits.contains(ids.count) else {
            throw TaskFormatError(
                .badKey, ids.isEmpty ? "the payload keys are empty; \(Self.form)" : "there are too many payload keys")
        }
        keyIDs = ids
        self.keys = keys
    }

    private static let form = "a line is a key id and the base64 of 32 bytes, as openssl rand -base64 32 prints it"

    private static func key(_ words: [Substring], line: Int) throws(TaskFormatError) -> (String, SymmetricKey) {
        guard words.count == 2 else { throw malformed(line, "it does not have two parts") }
        let id = String(words[0])
        guard keyIDLimits.contains(id.utf8.count), id.utf8.allSatisfy(isAllowedInID) else {
            throw malformed(line, "the key id may contain only letters, digits, dots, dashes and underscores")
        }
        guard let bytes = Base64.decode(words[1]), bytes.count == keyBytes else {
            throw malformed(line, "the key is not the base64 of 32 bytes")
        }
        return (id, SymmetricKey(data: bytes))
    }

    private static func malformed(_ line: Int, _ reason: String) -> TaskFormatError {
        TaskFormatError(.badKey, "line \(line) of the payload keys is malformed: \(reason); \(form)")
    }

    private static func isAllowedInID(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    func key(_ id: String) -> SymmetricKey? { keys[id] }

    /// The key that seals; it always exists.
    var sealingKey: (id: String, key: SymmetricKey)? { keys[sealingKeyID].map { (sealingKeyID, $0) } }
}

extension PayloadKeyring: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "payload keys \(keyIDs.joined(separator: ", "))" }
    public var debugDescription: String { description }

    /// Keeps the keys out of `dump` and other reflection.
    public var customMirror: Mirror { Mirror(self, children: ["keyIDs": keyIDs]) }
}
