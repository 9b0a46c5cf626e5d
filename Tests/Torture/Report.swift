import Foundation

/// The table at the end of a run.
struct Report {
    let setting: Setting
    let result: LegResult

    /// Times in ascending order, for percentiles.
    struct Times {
        private let sorted: [Double]

        init(_ times: [Double]) { sorted = times.sorted() }

        var count: Int { sorted.count }
        var max: Double? { sorted.last }

        func percentile(_ percent: Int) -> Double? {
            sorted.isEmpty ? nil : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
        }
    }

    private func takeovers(_ kind: FaultKind?, isLocked: Bool = false) -> Times {
        Times(
            result.samples.filter { (kind == nil || $0.kind == kind) && $0.isLocked == isLocked }
                .compactMap(\.takeover))
    }

    /// Seconds until the next progress, over all worker faults.
    private var progress: Times { Times(result.samples.filter { !$0.isLocked }.compactMap(\.progress)) }

    /// Seconds until another worker takes over from one that was killed, frozen beyond its lease, or told to end.
    private var orphans: Times {
        Times(result.samples.filter { $0.kind.losesWorker && !$0.isLocked }.compactMap(\.takeover))
    }

    var isPassed: Bool { result.isClean && (orphans.percentile(99) ?? 0) < setting.takeoverLimit }

    // MARK: For people

    var text: String {
        var lines = [
            "\(setting.database.rawValue), seed \(setting.seed): \(result.legs) legs, \(result.metTotal) faults met work "
                + "in progress, \(Int(result.secondsOfFaults)) s of faults",
            "", row("fault", "met work", "idle", "p50", "p99", "max"),
        ]
        for kind in FaultKind.allCases where result.met[kind] != nil || result.idle[kind] != nil {
            let times = takeovers(kind)
            lines.append(
                row(
                    kind.rawValue, "\(result.met[kind, default: 0])", "\(result.idle[kind, default: 0])",
                    seconds(times.percentile(50)), seconds(times.percentile(99)), seconds(times.max)))
        }
        lines += [row("all", "\(result.metTotal)", "\(result.idle.values.reduce(0, +))", "", "", ""), ""]
        lines += timeLines + [""] + verdictLines + [""] + retryLines + exampleLines
        return lines.joined(separator: "\n") + "\n"
    }

    private var timeLines: [String] {
        func line(_ name: String, _ times: Times) -> String {
            row(
                name, "\(times.count)", "", seconds(times.percentile(50)), seconds(times.percentile(99)),
                seconds(times.max))
        }
        var lines = [
            row("recovery, servers up (s)", "samples", "", "p50", "p99", "max"),
            line("killed, frozen, ended: taken over", orphans),
            line("those and connections: taken over", takeovers(nil)),
            line("those and connections: next chunk", progress),
        ]
        let locked = takeovers(nil, isLocked: true)
        if setting.database == .sqlite {
            lines.append(line("frozen holding SQLite's write lock", locked))
        }
        return lines
    }

    private var verdictLines: [String] {
        verdicts.map { name, list in row(name, "\(list.count)", "", "", "", "") }
            + [
                row("workers that did not end when told to", "\(result.stubborn)", "", "", "", ""),
                row("written by two after Redis lost data", "\(result.excused)", "", "", "", ""),
                row("in back-off when the worker was lost", "\(result.backedOff)", "", "", "", ""),
                row("mails", "\(result.mails)", "", "", "", ""),
                row("mails that did not come", "\(result.untold)", "", "", "", ""),
                row("told twice after the database was restored", "\(result.toldTwiceExcused)", "", "", "", ""),
                row("relocations undone", "\(result.undone)", "", "", "", ""),
                row("rows compared", "\(result.rows)", "", "", "", ""),
            ]
    }

    private var verdicts: [(String, [String])] {
        [
            ("lost", result.lost), ("duplicated", result.duplicated), ("misordered", result.misordered),
            ("stuck", result.stuck), ("rows not accounted for", result.unaccounted),
            ("two owners writing", result.intrusions), ("wrong SUCCESS", result.wrongSuccesses),
            ("told twice", result.toldTwice), ("wrong records of relocations", result.misrecorded),
        ]
    }

    private var retryLines: [String] {
        result.retries.sorted { $0.key < $1.key }.map { row($0.key, "\($0.value)", "", "", "", "") }
            + ["exits of workers: \(exits)"]
    }

    private var exits: String {
        result.exits.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }

    private var exampleLines: [String] {
        verdicts.flatMap { name, list in list.prefix(5).map { "  \(name): \($0.prefix(400))" } }
    }

    private func row(_ columns: String...) -> String {
        let widths = [40, 9, 6, 7, 7, 7]
        return zip(columns, widths).enumerated().map { place, pair in
            let space = String(repeating: " ", count: max(0, pair.1 - pair.0.count))
            return place == 0 ? pair.0 + space : space + pair.0
        }.joined(separator: " ")
    }

    private func seconds(_ time: Double?) -> String { time.map { String(format: "%.2f", $0) } ?? "" }

    // MARK: For scripts

    var json: String {
        var faults: [String: Any] = [:]
        for kind in FaultKind.allCases where result.met[kind] != nil || result.idle[kind] != nil {
            faults[kind.rawValue] = ["met": result.met[kind, default: 0], "idle": result.idle[kind, default: 0]]
        }
        var object: [String: Any] = [
            "database": setting.database.rawValue, "seed": setting.seed, "legs": result.legs, "faults": faults,
            "met": result.metTotal, "rows": result.rows, "undone": result.undone, "stubborn": result.stubborn,
            "excused": result.excused,
            "retries": result.retries, "passed": isPassed,
            "takeover": times(orphans), "anyTakeover": times(takeovers(nil)), "progress": times(progress),
            "lockedTakeover": times(takeovers(nil, isLocked: true)),
        ]
        for (name, list) in verdicts { object[name] = list.count }
        let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted])
        return String(decoding: data ?? Data(), as: UTF8.self) + "\n"
    }

    private func times(_ times: Times) -> [String: Any] {
        [
            "samples": times.count, "p50": times.percentile(50) ?? 0, "p99": times.percentile(99) ?? 0,
            "max": times.max ?? 0,
        ]
    }
}
