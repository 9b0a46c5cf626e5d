package import Catalogue
package import EventFormat
import ExportFormat
package import Storage

extension StreamSettings {
    /// What the destination has set about its events.
    package init(of database: any Database, _ catalogue: Catalogue) throws(StorageError) {
        self.init()
        guard let table = catalogue.table("sentry_option") else { return }
        let keys = ["system.event-retention-days", "eventstream:kafka-headers"]
        let rows = try database.select(
            Select(["key", "value"], from: table, where: [.isIn("key", keys.map { .text($0) })]))
        for row in rows {
            let value = (try? ValueReader(maxDepth: 16).value(Array((row[1].text ?? "").utf8))) ?? .null
            switch (row[0].text, value) {
            case ("system.event-retention-days", .integer(let days)) where days > 0: retentionDays = Int(days)
            case ("eventstream:kafka-headers", .bool(let flag)): extendedHeaders = flag
            default: break
            }
        }
    }
}
