import Crypto
import FoundationEssentials

/// The task that a payload belongs to. A sealed payload opens only for this task, so tasks cannot be swapped.
public struct PayloadIdentity: Sendable, Equatable {
    /// Dashed, lower case.
    public let uuid: String
    public let kind: TaskKind
    public let model: String
    public let minOrdinal: Int64
    public let rows: Int

    public init(uuid: String, kind: TaskKind, model: String, minOrdinal: Int64, rows: Int) {
        self.uuid = uuid
        self.kind = kind
        self.model = model
        self.minOrdinal = minOrdinal
        self.rows = rows
    }

    var text: String { "\(uuid)|\(model)|\(minOrdinal)|\(kind.rawValue)|\(rows)" }
}

/// Why a payload does not open. Safe to show: it names a key's id, never a key or a payload.
public enum SealedPayloadError: Error, Sendable, Equatable, CustomStringConvertible {
    /// This keyring does not hold the key. The payload may open on another worker, or later.
    case keyMissing(id: String)
    /// The payload will never open.
    case damaged(String)

    public var description: String {
        switch self {
        case .keyMissing(let id):
            "the task is sealed with the payload key \"\(id)\", which this worker does not have; add it to the "
                + "worker's payload key file"
        case .damaged(let reason): reason
        }
    }
}

/// A payload sealed with AES-GCM: a version byte, the length of the key's id, the id, a nonce (12 bytes), the
/// ciphertext and a tag (16 bytes). The tag also authenticates the bytes before the nonce and the payload's identity.
public enum SealedPayload {
    /// The highest bit tells it from the version of a plain payload.
    static let version: UInt8 = 0xE1
    static let nonceBytes = 12
    static let tagBytes = 16

    public static func isSealed(_ payload: [UInt8]) -> Bool { payload.first == version }

    /// Seals with the keyring's first key and a fresh random nonce.
    public static func seal(
        _ payload: [UInt8], as identity: PayloadIdentity, with keyring: PayloadKeyring
    ) throws(TaskFormatError) -> [UInt8] {
        guard let (id, key) = keyring.sealingKey else { throw TaskFormatError(.badKey, "there is no payload key") }
        let head = [version, UInt8(id.utf8.count)] + Array(id.utf8)
        do {
            let box = try AES.GCM.seal(payload, using: key, authenticating: head + Array(identity.text.utf8))
            return head + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            // The library reports bare codes. None is expected with a key and nonce of the right size.
            throw TaskFormatError(.badKey, "a payload cannot be sealed with the payload key \"\(id)\"")
        }
    }

    /// The payload as it was before `seal`. Returns a payload that is not sealed unchanged.
    public static func open(
        _ payload: [UInt8], as identity: PayloadIdentity, with keyring: PayloadKeyring?
    ) throws(SealedPayloadError) -> [UInt8] {
        guard isSealed(payload) else { return payload }
        let headBytes = 2 + Int(payload.count > 1 ? payload[1] : 0)
        guard payload.count >= headBytes + nonceBytes + tagBytes,
            let id = String(validating: payload[2..<headBytes], as: UTF8.self)
        else { throw .damaged("a sealed task is truncated; enqueue the file again under this UUID") }
        guard let key = keyring?.key(id) else { throw .keyMissing(id: shown(id)) }
        let sealed = payload[headBytes...]
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: sealed.prefix(nonceBytes)),
                ciphertext: sealed.dropFirst(nonceBytes).dropLast(tagBytes), tag: sealed.suffix(tagBytes))
            let head = Array(payload[..<headBytes])
            return Array(try AES.GCM.open(box, using: key, authenticating: head + Array(identity.text.utf8)))
        } catch {
            throw .damaged(
                "a task does not open with the payload key \"\(id)\": it was damaged or changed in Redis, or the key "
                    + "is another one of the same id")
        }
    }

    /// A printable form of an id from Redis, which may hold any characters.
    private static func shown(_ id: String) -> String {
        String(
            id.unicodeScalars.prefix(PayloadKeyring.keyIDLimits.upperBound).map { scalar in
                (0x21...0x7E).contains(scalar.value) && scalar != "\"" ? Character(scalar) : "?"
            })
    }
}
