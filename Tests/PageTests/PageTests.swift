import Catalogue
import Foundation
import Queue
import Reporting
import Testing

@testable import Page

/// Pages as texts: what is escaped, what is offered, what a state is called.
@Suite struct PageTests {
    private let viewer = Viewer(canAct: true, formToken: "form-token")
    private let reader = Viewer(canAct: false, formToken: "form-token")
    private let id = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e12"

    private func relocation(_ change: (inout RelocationStatus) -> Void = { _ in }) -> StatusReport {
        var status = RelocationStatus(uuid: id, scope: "users")
        status.isPublished = true
        change(&status)
        return StatusReport(status, renamed: nil, workforce: Workforce(now: 10_000))
    }

    private func detail(_ report: StatusReport, _ viewer: Viewer, history: [HistoryEntry] = []) -> String {
        Pages.relocation(report, history, viewer, now: 10_000).html(for: viewer)
    }

    @Test func whateverComesFromOutsideIsEscaped() {
        let evil = "<script>alert('1')</script>&\"\u{1B}[31m"
        let report = relocation {
            ($0.sourceName, $0.enqueuedBy, $0.failureReason, $0.destinationAddress) = (evil, evil, evil, evil)
            ($0.status, $0.destinationName, $0.lastError, $0.warnings) = (.failure, evil, evil, [evil])
            $0.counters = ["\(evil)|inserted": 1, "m|dropped|\(evil)": 1]
            $0.skipped = [#"{"kind":"chunk","model":"<script>","minOrdinal":1,"rows":1}"#]
        }
        var index = RelocationIndex()
        index.replace([report.status])
        var query = ListQuery()
        (query.text, query.status, query.destination) = (evil, evil, evil)
        let workforce = Workforce(now: 10_000)
        let pages = [
            detail(report, viewer, history: [HistoryEntry(at: 1, what: evil, by: evil, detail: evil)]),
            Pages.list(query, found: index.matching(RelocationFilter()), in: index, workforce, viewer).html(
                for: viewer),
            Pages.failures(index.failures, viewer, now: 1).html(for: viewer),
            Pages.ask(Confirmation(.retry, report, lines: [evil]), viewer, now: 1).html(for: viewer),
            Pages.problem(evil, evil, next: evil, back: evil).html(for: viewer),
            Pages.signIn(error: evil).html(for: nil),
            Pages.overview(
                OverviewFacts(
                    index: index, workforce: workforce, destinations: [], trend: Trend(),
                    health: [.init(name: evil, problem: evil)]), viewer, said: evil
            ).html(for: viewer),
        ]
        for page in pages {
            #expect(!page.contains("<script>") && !page.contains("&\"") && !page.contains("alert('1')"), "\(page)")
            #expect(page.contains("&lt;script&gt;"))
        }
    }

    @Test func aConfirmationOffersStepsToComeAndRowsOneByOne() {
        let steps = relocation {
            ($0.status, $0.step, $0.flow) = (.inProgress, .validating, FlowPlace(pauseAtStep: nil))
        }
        let pause = Pages.ask(Confirmation(.pause, steps), viewer, now: 1).html(for: viewer)
        #expect(pause.contains(#"<option value="IMPORTING">"#) && pause.contains(#"<option value="">"#))
        #expect(!pause.contains(#"value="VALIDATING""#) && !pause.contains(#"value="COMPLETED""#))
        #expect(!Pages.ask(Confirmation(.pause, relocation()), viewer, now: 1).html(for: viewer).contains("<select"))
        var blocker = UndoSummary.Blocker(table: "sentry_userip", column: "user_id", target: "auth_user")
        (blocker.rows, blocker.ids) = (2, [7, 8])
        var summary = UndoSummary()
        summary.count("auth_user") { $0.removed = 2 }
        summary.blockers = [blocker, UndoSummary.Blocker(table: "import \(id)", column: "", target: "auth_user")]
        let undo = relocation {
            $0.status = .success
            ($0.undo.request, $0.undo.summary) = ("{}", summary.json)
        }
        let page = Pages.ask(Confirmation(.undo, undo), viewer, now: 1).html(for: viewer)
        #expect(page.contains(#"name="cascade" value="sentry_userip:7""#))
        #expect(page.components(separatedBy: #"name="cascade""#).count == 3)
    }

    @Test func onlyOperatorsAreOfferedActions() {
        let report = relocation { ($0.status, $0.payloadBytes) = (.failure, 10) }
        #expect(detail(report, viewer).contains("/do/retry?uuid=\(id)"))
        #expect(!detail(report, reader).contains("/do/"))
        let ask = Pages.ask(Confirmation(.retry, report), reader, now: 1).html(for: reader)
        #expect(!ask.contains("action=\"/do/") && ask.contains("This token may look only"))
    }

    @Test(arguments: [
        ("retry skip-row skip-chunk undo plan-undo delete", RelocationState.failure),
        ("unpause cancel undo plan-undo delete", .paused),
        ("undo plan-undo", .success), ("pause cancel", .inProgress),
    ])
    func actionsFitTheState(_ expected: String, _ state: RelocationState) {
        let report = relocation {
            ($0.status, $0.payloadBytes) = (state, 10)
            $0.failedTask = #"{"kind":"chunk","model":"sentry.user","minOrdinal":1,"rows":5,"ordinal":2,"pk":7}"#
        }
        let fitting = RelocationAction.allCases.filter { $0.fits(report) }.map(\.rawValue)
        #expect(fitting.joined(separator: " ") == expected)
    }

    @Test func whatAnOperatorHasEndedIsRetriedByItselfOnly() {
        let report = relocation { ($0.status, $0.payloadBytes, $0.endedBy) = (.failure, 10, .cancel) }
        #expect(RelocationAction.retry.fits(report) && !RelocationAction.retry.fitsAmongMany(report))
    }

    @Test func statesHaveAWordAndAColour() {
        func word(_ change: (inout RelocationStatus) -> Void) -> String {
            let words = relocation(change).stateWords(now: 10_000)
            #expect(!words.color.isEmpty)
            return words.word
        }
        #expect(word { _ in } == "No worker")
        #expect(word { ($0.owner, $0.leaseExpiresAt) = ("w", 20_000) } == "In progress")
        #expect(word { ($0.owner, $0.leaseExpiresAt) = ("w", 9_000) } == "Worker lost")
        #expect(word { ($0.step, $0.isPublished) = (.uploading, false) } == "Uploading")
        #expect(word { $0.pauseRequested = true } == "Pausing" && word { $0.cancelRequested = true } == "Cancelling")
        #expect(word { $0.status = .paused } == "Paused" && word { $0.status = .success } == "Done")
        #expect(word { $0.status = .failure } == "Failed")
        #expect(word { ($0.status, $0.endedBy) = (.failure, .undo) } == "Undone")
        #expect(word { $0.status = .unknown("NEW") } == "NEW")
    }

    @Test func listsHavePagesAndTheFilterIsInTheAddress() {
        var index = RelocationIndex()
        index.replace(
            (0..<120).map { number in
                var status = RelocationStatus(
                    uuid: String(format: "%08x-0000-4000-8000-000000000000", number), scope: "users")
                status.createdAt = Int64(1_000 - number)
                return status
            })
        var query = ListQuery()
        (query.scope, query.page) = ("users", 2)
        let found = index.matching(query.filter(now: 10_000))
        let html = Pages.list(query, found: found, in: index, Workforce(now: 10_000), viewer).html(for: viewer)
        #expect(html.contains("120 relocations match") && html.contains("51–100 of 120"))
        #expect(html.contains("href=\"/relocations?scope=users\" rel=\"prev\""))
        #expect(html.contains("href=\"/relocations?scope=users&amp;page=3\" rel=\"next\""))
        #expect(html.contains("Pause 120") && html.contains("/do/pause?all=1&amp;scope=users"))
        #expect(ListQuery { ["scope": "users", "page": "2"][$0] } == query)
        query.page = 99
        #expect(
            Pages.list(query, found: found, in: index, Workforce(now: 1), viewer).html(for: viewer).contains(
                "101–120 of 120"))
    }

    @Test func addressesAreEncoded() {
        var query = ListQuery()
        query.text = "a b&c=ü/+"
        #expect(PageAddress.list(query) == "/relocations?q=a%20b%26c%3D%C3%BC%2F%2B")
    }

    @Test func figures() {
        #expect([0, 999, 1_000, 1_234_567, -1_000].map(Figures.count) == ["0", "999", "1,000", "1,234,567", "-1,000"])
        #expect(Figures.count(1, "row") == "1 row" && Figures.count(2, "row") == "2 rows")
        #expect(Figures.moment(0).isEmpty && Figures.moment(951_782_400_000).contains(">2000-02-29 00:00:00<"))
    }

    @Test func aChartSaysItsFiguresInWords() {
        let chart = Chart(title: "Rows per second", kind: "rate", values: [0, 50, 25], seconds: 600).fields
        #expect(chart["label"] as? String == "Rows per second over the last 10 minutes: now 25, at most 50")
        #expect(chart["line"] as? String == "M0.0 55.0L150.0 5.0L300.0 30.0")
    }
}

/// What browsers load once.
@Suite struct AssetTests {
    @Test func theyAreSmall() {
        #expect(Asset.style.bytes.count < 20_000 && Asset.script.bytes.count < 15_000)
    }

    @Test func theirAddressesHoldADigestOfTheirContent() {
        #expect(Set(Asset.all.map(\.address)).count == 3)
        for asset in Asset.all { #expect(asset.address.wholeMatch(of: #//assets/[0-9a-f]{16}\.(css|js|svg)/#) != nil) }
    }

    @Test func nothingIsInlineAndNothingComesFromElsewhere() {
        let page = Pages.signIn().html(for: Viewer(canAct: true, formToken: "t"))
        #expect(!page.contains("style=") && !page.contains(" onclick") && !page.contains("http"), "\(page)")
        #expect(page.contains("<script src=\"/assets/") && !page.contains("<script>"))
        let style = String(decoding: Asset.style.bytes, as: UTF8.self)
        #expect(!style.contains("url(") && !style.contains("@import"))
    }
}
