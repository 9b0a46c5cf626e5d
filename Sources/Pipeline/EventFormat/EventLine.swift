package import ExportFormat

/// One line of a file of events: `{"project":12,"body":{…}}`, or a body that names its project itself.
package struct EventLine: Sendable {
    /// The project in the source installation.
    package let project: Int64
    package let body: FieldValue

    /// The names of tasks with events, and with groups.
    package static let event = "event"
    package static let group = "group"

    /// A longer line is rejected.
    package static let maxBytes = 4 << 20
    /// Levels of lists and objects in a line.
    package static let maxDepth = 1024

    package static let tooLong = EventRejection("too-large", "has more than \(maxBytes) bytes")

    package init(_ text: [UInt8], _ reader: ValueReader) throws(EventRejection) {
        let value = try Self.object(text, reader)
        guard case .integer(let project) = value["project"] else {
            throw EventRejection("unknown-project", at: "project", "names no project")
        }
        self.project = project
        body = value["body"].isObject ? value["body"] : value
    }

    static func object(_ text: [UInt8], _ reader: ValueReader) throws(EventRejection) -> FieldValue {
        let value: FieldValue
        do throws(ValueReader.Refusal) {
            value = try reader.value(text)
        } catch {
            throw EventRejection("not-json", error.reason)
        }
        guard value.isObject else { throw EventRejection("not-an-object", "is no JSON object") }
        return value
    }
}
