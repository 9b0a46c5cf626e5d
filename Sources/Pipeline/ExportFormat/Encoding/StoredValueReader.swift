import Catalogue
import TextForms

/// Reads the texts of JSON columns as the reference does when it takes a row from its database: `NaN` and `Infinity` are
/// no JSON there.
final class StoredValueReader {
    private let nested: TextParser
    private let inner: TextParser
    private let pickles: PickleReader

    init(maxDepth: Int) {
        nested = TextParser(maxDepth: maxDepth, takesNaN: false)
        inner = TextParser(maxDepth: maxDepth, takesNaN: false, takesHalves: true)
        pickles = PickleReader(maxDepth: maxDepth)
    }

    /// A value that is written inline. Valid until the next call, as are those of the other functions.
    func nested(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> TapeValue {
        do throws(TextFault) {
            return try nested.parse(text).root
        } catch {
            throw ValueMismatch("holds a text that \(error.problem)")
        }
    }

    /// A value that is written as JSON text inside a string, or a pickle of plain values; nil for any other text, which
    /// counts as a string.
    func pickled(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> TapeValue? {
        if let value = try json(text) { return value }
        guard PickleReader.mayHold(text), case .value(let tape) = pickles.read(base64: text) else { return nil }
        return tape.root
    }

    /// nil for a text that is not JSON.
    func json(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> TapeValue? {
        do throws(TextFault) {
            return try inner.parse(text).root
        } catch {
            if error.isRefusal { throw ValueMismatch("holds a text that \(error.problem)") }
            return nil
        }
    }
}

/// The configuration of a second factor: a key's binding must be authenticator data.
enum DeviceBindings {
    /// A digest, flags and a counter.
    private static let shortestBytes = 37

    static func check(_ config: TapeValue) throws(ValueMismatch) {
        guard config.isObject, let devices = entry("devices", of: config) else { return }
        guard devices.isArray else { throw ValueMismatch("holds devices that are not a list") }
        for device in devices.items {
            guard device.isObject, let binding = entry("binding", of: device) else {
                throw ValueMismatch("holds a device without a binding")
            }
            guard binding.isString else { continue }
            guard let data = Base64.decode(binding.text), data.count >= shortestBytes else {
                throw ValueMismatch("holds a device whose binding is not authenticator data")
            }
        }
    }

    private static func entry(_ key: StaticString, of object: TapeValue) -> TapeValue? {
        TapeEntries(object).entries.first { $0.key.bytes.equals(key) }?.value
    }
}
