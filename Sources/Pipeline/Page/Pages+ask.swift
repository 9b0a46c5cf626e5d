internal import Catalogue
internal import Queue
package import Reporting

/// What a page asks before something is done.
// More than eight properties: one per thing that the page says.
package struct Confirmation: Sendable {
    package var title: String
    /// What will happen.
    package var lines: [String]
    /// Relocations that are concerned.
    package var targets: [StatusReport] = []
    /// How many are concerned besides those that are named.
    package var more = 0
    /// Rows by table that an undo would remove.
    package var undo: UndoReport?
    /// Where the form goes, what its button says, and whether what it does cannot be taken back.
    package var forms: [Form]
    /// Where "leave it" leads.
    package var back: String
    /// What was seen: if it is another when the form comes back, the page asks again.
    package var seen = ""
    /// Said if it is another.
    package var changed: String?

    package struct Form: Sendable {
        let address: String
        let label: String
        let isFinal: Bool
        /// Whether it may be done whatever has changed meanwhile.
        var isHarmless = false
        /// What the operator may choose besides.
        var choice: ActionChoice?
    }

    /// Relocations that the page names.
    private static let named = 8

    /// One relocation.
    package init(_ action: RelocationAction, _ report: StatusReport, lines: [String] = []) {
        title = action.question
        self.lines = [action.consequence(1)] + lines
        targets = [report]
        forms = [Self.form(action, report)]
        forms[0].choice = ActionChoice(action, report)
        back = PageAddress.relocation(report.status.uuid)
        if action == .undo { addPlan(report) }
        if let choice = forms.compactMap(\.choice).first { self.lines.append(choice.line) }
    }

    /// All that match and that the action fits.
    package init(_ action: RelocationAction, _ query: ListQuery, _ reports: [StatusReport], lines: [String] = []) {
        let label = action.label(reports.count)
        title = "\(label)?"
        self.lines = [action.consequence(reports.count)] + lines
        targets = Array(reports.prefix(Self.named))
        more = reports.count - targets.count
        forms = [
            Form(address: PageAddress.ask(action, query), label: label, isFinal: action.isFinal)
        ]
        back = PageAddress.list(query)
    }

    package init(_ action: DestinationAction, _ name: String) {
        title = "\(action.label) of \(name)?"
        lines = [action.consequence]
        forms = [Form(address: PageAddress.ask(action, name), label: action.label, isFinal: false)]
        back = "/"
    }

    package init(_ action: WorkerAction, _ name: String) {
        title = "\(action.label) the worker \(name)?"
        lines = [action.consequence]
        forms = [Form(address: PageAddress.ask(action, name), label: action.label, isFinal: false)]
        back = "/"
    }

    /// What an undo would do, as far as a worker has counted it.
    private mutating func addPlan(_ report: StatusReport) {
        let count = Self.form(.planUndo, report)
        undo = report.undo
        guard let undo, !undo.summary.tables.isEmpty else {
            lines.append("Nobody has counted yet how many those are.")
            forms.insert(count, at: 0)
            return
        }
        if let refusal = undo.refusal { lines.append("The last undo was \(refusal).") }
        lines += undo.summary.blockers.map { "In the way: \($0.words)." }
        forms.append(count)
    }

    private static func form(_ action: RelocationAction, _ report: StatusReport) -> Form {
        Form(
            address: PageAddress.ask(action, report.status.uuid), label: action.label, isFinal: action.isFinal,
            isHarmless: action == .planUndo)
    }
}

extension Pages {
    /// Asks before something is done.
    package static func ask(_ confirmation: Confirmation, _ viewer: Viewer, now: Int64) -> Page {
        Page(
            confirmation.title, .relocations,
            parts: [
                (
                    "ask",
                    [
                        "title": confirmation.title, "changed": optional(confirmation.changed),
                        "lines": confirmation.lines.map(PlainText.line), "hasTargets": !confirmation.targets.isEmpty,
                        "targets": confirmation.targets.map { target($0, now: now) },
                        "rest": optional(confirmation.more > 0 ? "and \(Figures.count(confirmation.more)) more" : nil),
                        "table": table(confirmation.undo), "canAct": viewer.canAct, "formToken": viewer.formToken,
                        "back": confirmation.back, "forms": confirmation.forms.map { button($0, confirmation.seen) },
                    ]
                )
            ])
    }

    private static func button(_ form: Confirmation.Form, _ seen: String) -> Fields {
        [
            "address": form.address, "label": form.label, "kind": form.isFinal ? "main danger" : "main",
            "seen": form.isHarmless ? "" : seen, "choice": form.choice.map { $0.fields as Any } ?? false,
            "form": form.choice == nil ? "" : "choice",
        ]
    }

    private static func target(_ report: StatusReport, now: Int64) -> Fields {
        let status = report.status
        let words = [
            report.stateWords(now: now).word, status.scope, status.sourceName, Figures.count(status.rowsSource, "row"),
        ]
        return [
            "address": PageAddress.relocation(status.uuid), "name": report.short,
            "more": PlainText.line(words.filter { !$0.isEmpty }.joined(separator: ", ")),
        ]
    }

    private static func table(_ undo: UndoReport?) -> Any {
        guard let tables = undo?.summary.tables, !tables.isEmpty else { return false }
        return [
            "rows": tables.sorted { $0.key < $1.key }.map { name, counts -> Fields in
                [
                    "name": name, "removed": Figures.count(counts.removed), "restored": Figures.count(counts.restored),
                    "kept": Figures.count(counts.kept),
                ]
            }
        ] as Fields
    }

    /// Where who has no session gives a token.
    package static func signIn(error: String? = nil) -> Page {
        Page("Sign in", parts: [("sign-in", ["error": optional(error)])])
    }

    /// Why a page cannot be shown.
    ///
    /// - Parameter back: the page that has led here
    package static func problem(_ title: String, _ detail: String, next: String?, back: String? = nil) -> Page {
        let fields: Fields = [
            "title": title, "detail": detail, "next": optional(next), "back": optional(back),
        ]
        return Page(title, parts: [("problem", fields)])
    }
}
