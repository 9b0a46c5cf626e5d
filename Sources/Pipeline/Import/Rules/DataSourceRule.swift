import Catalogue
import Ledger

/// `workflow_engine.datasource`: a text names the row that it watches, in a model that another text names.
struct DataSourceRule: ModelRule {
    let model: Model
    private let sourceID, type: Int

    private static let models = [
        "snuba_query_subscription": "sentry.querysubscription", "cron_monitor": "sentry.monitor",
        "uptime_subscription": "uptime.uptimesubscription",
    ]

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        sourceID = try model.requireColumn("source_id")
        type = try model.requireColumn("type")
    }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        let type = row.values[type].text ?? ""
        guard let target = Self.models[type], let key = row.values[sourceID].text.flatMap({ Int64($0) }),
            let entry = batch.map.entries(of: target)[key]
        else { return .missingReference(field: "source_id", model: Self.models[type] ?? type) }
        row.values[sourceID] = .text(String(entry.newPK))
        return nil
    }
}
