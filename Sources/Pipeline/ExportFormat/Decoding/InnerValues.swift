package import Catalogue
import TextForms

/// Reads what stands inside the strings of a row: JSON, pickles of plain values, lists. One instance serves one thread.
package final class InnerValues {
    private let scratch: ScratchParser
    private let parser: TextParser
    private let pickles: PickleReader
    private let arrays: ArrayRules

    package init(limits: ExportLimits) {
        scratch = ScratchParser(maxDepth: limits.maxDepth)
        parser = TextParser(maxDepth: limits.maxDepth, takesNaN: true, takesHalves: true)
        pickles = PickleReader(maxDepth: limits.maxDepth)
        arrays = ArrayRules(maxDepth: limits.maxDepth)
    }

    /// What a column of JSON holds: the value itself, or what its string says; nil for a string that says nothing.
    package func json(_ value: TapeValue) -> FieldValue? { root(value)?.valueAsRead }

    /// The same without a copy: valid until the next call.
    package func root(_ value: TapeValue) -> TapeValue? {
        guard value.isString else { return value }
        if let tape = scratch.parse(value.bytes) { return tape.root }
        // What cannot be read says nothing.
        return (try? parser.parse(value.bytes))?.root
    }

    /// The same for a column that old versions have pickled. A string that is neither is that string.
    package func pickled(_ value: TapeValue) -> FieldValue {
        if let read = json(value) { return read }
        return pickle(value) ?? .text(value.text)
    }

    /// What a string holds that is a pickle in base64, compressed or not; nil if it is none, or one of more than plain
    /// values.
    package func pickle(_ value: TapeValue) -> FieldValue? {
        guard value.isString else { return nil }
        if case .value(let tape) = pickles.read(base64: value.bytes) { return tape.root.valueAsRead }
        guard Deflated.mayHold(value.bytes), let packed = Base64.decode(value.text), let bytes = Deflated.bytes(packed),
            case .value(let tape) = pickles.read(bytes)
        else { return nil }
        return tape.root.valueAsRead
    }

    /// The texts of a list column; nil for what is no list.
    package func texts(_ value: TapeValue, _ encoding: FieldEncoding) -> [String]? {
        let list =
            encoding == .jsonArray
            ? try? arrays.jsonArray(value, type: .textArray, wanted: true)
            : try? arrays.pythonList(value, type: .textArray, wanted: true)
        guard case .textArray(let texts)? = list else { return nil }
        // An item that is null is no name.
        return texts.compactMap { $0 }
    }
}

extension FieldValue {
    /// What a JSON text says, with keys in the order read; nil for any other text.
    package init?(json text: String) {
        let parser = TextParser(maxDepth: ExportLimits.standard.maxDepth, takesNaN: true, takesHalves: true)
        // What cannot be read is no JSON, whatever is wrong with it.
        guard let tape = try? Array(text.utf8).withBytes({ bytes throws(TextFault) in try parser.parse(bytes) }) else {
            return nil
        }
        self = tape.root.valueAsRead
    }
}
