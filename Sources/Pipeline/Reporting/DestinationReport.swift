public import Queue

/// Destinations, for people and scripts.
public enum DestinationReport {
    /// One line per destination. Without a final line end.
    public static func table(_ entries: [DestinationEntry]) -> String {
        let head = ["NAME", "DATABASE", "SINCE", "WAITING", "LEASED", "TROUBLE"]
        let rows = entries.map { entry in
            [
                PlainText.line(entry.name), entry.identity.isEmpty ? "(no worker yet)" : PlainText.line(entry.address),
                Timestamp.local(entry.registeredAt) ?? "", String(entry.waiting), String(entry.leased),
                PlainText.line(entry.trouble),
            ]
        }
        return TextTable.lines([head] + rows, leftAligned: [1, 2, 5]).joined(separator: "\n")
    }

    /// A list of objects, without a final line end.
    public static func json(_ entries: [DestinationEntry]) -> String {
        JSONValue.list(entries.map(\.value)).prettyText
    }
}

extension DestinationEntry {
    fileprivate var value: JSONValue {
        .object([
            "name": .text(name), "url": JSONValue(nonEmpty: address), "identity": JSONValue(nonEmpty: identity),
            "registeredBy": JSONValue(nonEmpty: registeredBy), "registeredAt": JSONValue(time: registeredAt),
            "waiting": JSONValue(waiting), "leased": JSONValue(leased), "trouble": JSONValue(nonEmpty: trouble),
            "earlier": .list(earlier.map(JSONValue.init(embedding:))),
        ])
    }
}

extension DestinationName {
    /// `the destination default (sqlite:///…)`
    ///
    /// - Parameter entry: what Redis knows of it
    public func words(_ entry: DestinationEntry?) -> String {
        let place = entry.map { PlainText.line($0.address) } ?? "no worker has served it yet"
        return "the destination \(text) (\(place))"
    }
}
