import Catalogue
import ExportFormat

/// Tells by its name what holds a secret: a member of JSON, an option, a header. One instance serves one thread.
final class SecretNames {
    /// What is known of names, by their fingerprints.
    private var known: [UInt64: Bool] = [:]

    /// Parts of names, in small letters and without signs.
    private static let parts = [
        "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "privatekey", "accesskey",
        "signingkey", "encryptionkey", "masterkey", "credential", "authorization", "cookie", "webhookurl",
        "connectionstring",
    ]
    /// Whole names in the same form.
    private static let names: Set<String> = ["auth", "bearer", "dsn", "jwt", "pass", "pin", "pwd", "sessionid"]
    /// Members that hold what another member names: `{"name": "api_key", "value": …}`.
    private static let (naming, named): ([FieldName], FieldName) = (["name", "key", "header"], "value")

    private static let maxLength = 128
    private static let maxKnown = 4096

    /// Whether what has this name is a secret.
    func isSecret(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !name.isEmpty, name.count <= Self.maxLength else { return false }
        let key = StableHash.of(name)
        if let answer = known[key] { return answer }
        let answer = Self.isSecret(String(decoding: name, as: UTF8.self))
        if known.count < Self.maxKnown { known[key] = answer }
        return answer
    }

    private static func isSecret(_ name: String) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return names.contains(plain) || parts.contains { plain.contains($0) }
    }

    /// The places of a list's or an object's parts that are secrets.
    func places(in container: TapeValue) -> Set<Int> {
        var places: Set<Int> = []
        guard container.isObject else { return isPair(container) ? [1] : [] }
        let entries = TapeEntries(container).entries
        let namesSecret = entries.contains { entry in
            entry.value.isString && isSecret(entry.value.bytes)
                && Self.naming.contains { $0.isSpelled(entry.key.bytes) }
        }
        for (place, entry) in entries.enumerated()
        where isSecret(entry.key.bytes) || namesSecret && Self.named.isSpelled(entry.key.bytes) {
            places.insert(place)
        }
        return places
    }

    /// `["Authorization", "…"]`
    private func isPair(_ list: TapeValue) -> Bool {
        var first: TapeValue?
        var count = 0
        for item in list.items {
            guard item.isString, count < 2 else { return false }
            if count == 0 { first = item }
            count += 1
        }
        return count == 2 && first.map { isSecret($0.bytes) } ?? false
    }

    /// Calls `found` with each text of a value that is a secret.
    ///
    /// - Parameter isMarked: whether the whole value is one
    func secrets(in value: TapeValue, isMarked: Bool, _ found: (UnsafeBufferPointer<UInt8>) -> Void) {
        if value.isString {
            if isMarked { found(value.bytes) }
        } else if value.isObject {
            let marked = isMarked ? [] : places(in: value)
            for (place, entry) in TapeEntries(value).entries.enumerated() {
                secrets(in: entry.value, isMarked: isMarked || marked.contains(place), found)
            }
        } else if value.isArray {
            let marked = isMarked ? [] : places(in: value)
            for (place, item) in value.items.enumerated() {
                secrets(in: item, isMarked: isMarked || marked.contains(place), found)
            }
        }
    }
}
