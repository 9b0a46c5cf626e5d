/// Reads pickles of plain values of any protocol, as old installations have kept events.
package final class PickledValue {
    private let reader: PickleReader

    package init(maxDepth: Int) { reader = PickleReader(maxDepth: maxDepth, newestProtocol: 5) }

    /// nil for anything but plain values: nothing is ever executed.
    package func value(_ bytes: [UInt8]) -> FieldValue? {
        guard case .value(let tape) = reader.read(bytes) else { return nil }
        return tape.root.value { HalfStandIn.text($0) }
    }
}
