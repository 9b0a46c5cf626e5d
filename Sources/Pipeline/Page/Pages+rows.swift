internal import Queue
internal import Reporting
internal import Synchronization

extension Pages {
    /// The table of relocations.
    static func rows(_ reports: [StatusReport], _ viewer: Viewer, now: Int64) -> Fields {
        let rows = reports.map { Row($0, canAct: viewer.canAct, now: now).html }
        return ["hasRows": !reports.isEmpty, "canAct": viewer.canAct, "rows": rows]
    }

    /// A link to the page that asks.
    static func button(_ action: RelocationAction, _ uuid: String) -> Fields {
        ["address": PageAddress.ask(action, uuid), "label": action.label, "letter": optional(action.letter)]
    }
}

/// A relocation in a table: all that its row shows.
// More than eight properties: one or two per column.
private struct Row: Hashable, Sendable {
    private let uuid: String
    private let kind: String
    private let (word, color): (String, String)
    private let why: String
    private let (file, by): (String, String)
    private let destination: String
    private let (percent, bar): (Int, String)
    private let (total, age): (Int, String)
    /// What is offered; nil for those who may look only.
    private let actions: [RelocationAction]?

    /// Characters of the reason in a row; the rest is cut off.
    private static let whyLength = 120

    init(_ report: StatusReport, canAct: Bool, now: Int64) {
        let (status, state) = (report.status, report.stateWords(now: now))
        (uuid, word, color) = (status.uuid, state.word, state.color)
        kind = report.kind == "import" ? status.scope : "\(report.kind), \(status.scope)"
        why = String(PlainText.line(report.hindrance(now: now)).prefix(Self.whyLength))
        (file, by) = (PlainText.line(status.sourceName), PlainText.line(status.enqueuedBy))
        destination = PlainText.line(status.destinationName)
        (percent, bar, total) = (report.percent, report.barClass, status.rowsSource)
        age = Figures.ago(status.createdAt, now: now)
        actions = canAct ? [RelocationAction.retry, .pause, .unpause].filter { $0.fits(report) } : nil
    }

    /// Most rows say what they said a second ago: they are not made again.
    var html: String {
        if let made = Self.made.withLock({ $0[self] }) { return made }
        let text = PageTemplates.render("row", fields)
        Self.made.withLock { made in
            if made.count >= Self.madeLimit { made.removeAll() }
            made[self] = text
        }
        return text
    }

    private static let made = Mutex<[Row: String]>([:])
    /// Rows that are kept, of about a kilobyte each.
    private static let madeLimit = 2_000

    private var fields: Fields {
        [
            "uuid": uuid, "short": String(uuid.prefix(8)), "kind": kind, "word": word, "color": color,
            "why": optional(why), "file": file, "by": optional(by), "destination": destination, "percent": percent,
            "bar": bar, "total": Figures.count(total), "age": age, "canAct": actions != nil,
            "actions": (actions ?? []).map { Pages.button($0, uuid) },
        ]
    }
}
