public import Queue

/// What `top` shows and what its keys mean: all that needs no terminal.
// More than eight properties: what is shown, and what the keys have chosen.
public struct TopScreen: Sendable {
    /// What an operator wants done.
    public enum Action: Sendable, Equatable {
        case pause(String)
        case unpause(String)
        case retry(String)
        /// A worker shall take no more, or go on.
        case quiet(String, Bool)
        case quit
    }

    /// One line of the screen.
    public struct Line: Sendable, Equatable {
        public let text: String
        public var isSelected = false
        public var color: Color?
    }

    private enum List { case relocations, workers }

    private enum Mode: Equatable {
        case browsing
        /// Typing what to filter by.
        case filtering
        /// Waiting for y.
        case asking(Action, String)
    }

    private var reports: [StatusReport] = []
    private var workforce = Workforce(now: 0)
    private var more = 0
    private var list = List.relocations
    private var mode = Mode.browsing
    /// UUID and name of what is selected, so that it stays selected when the order changes.
    private var relocation: String?
    private var worker: String?
    private var filter = ""
    /// What the last action has come to.
    public var message = ""

    private static let help =
        "j k move · Tab workers · / filter · p pause or go on · r retry · w quiet a worker · q quit"

    public init() {}

    /// Takes what the queue says now.
    ///
    /// - Parameter more: relocations that are not among them
    public mutating func show(_ relocations: [RelocationStatus], more: Int, _ workforce: Workforce) {
        self.workforce = workforce
        self.more = more
        reports = relocations.map { StatusReport($0, renamed: nil, workforce: workforce) }
    }

    // MARK: - Lines

    /// The screen. Without a size all of it, for what is no terminal.
    ///
    /// - Parameter time: what clock stands at the top
    public func lines(time: String, columns: Int = .max, rows: Int = .max) -> [Line] {
        let head = [Line(text: title(time)), Line(text: "")] + workerLines + [Line(text: "")]
        let foot = rows == .max ? [] : [Line(text: footer, color: mode == .browsing ? nil : .yellow)]
        let room = max(0, min(rows, 100_000) - head.count - foot.count - 1)
        let table = relocationLines
        let body = table.prefix(1) + window(Array(table.dropFirst()), room)
        return (head.prefix(max(0, rows - foot.count - 2)) + body + foot).map { line in
            var cut = Line(text: String(line.text.prefix(columns)), isSelected: line.isSelected)
            cut.color = line.color
            return cut
        }
    }

    private func title(_ time: String) -> String {
        let states = Dictionary(grouping: reports) { $0.status.status.rawValue }.map { "\($0.value.count) \($0.key)" }
        let shown =
            "\(reports.count) \(reports.count == 1 ? "relocation" : "relocations")"
            + (more > 0 ? " and \(more) older ones" : "")
        return ([time, shown] + states.sorted()).joined(separator: "  ")
    }

    private var workerLines: [Line] {
        let texts = WorkersReport(workforce).text.split(separator: "\n").map(String.init)
        let names = sortedWorkers.map(\.name)
        return texts.enumerated().map { place, text in
            let name = place > 0 && place <= names.count ? names[place - 1] : nil
            return Line(text: text, isSelected: list == .workers && name != nil && name == selectedWorker?.name)
        }
    }

    private var sortedWorkers: [WorkerEntry] { workforce.workers }

    private var relocationLines: [Line] {
        let table = StatusReport.table(matching).split(separator: "\n").map(String.init)
        return table.enumerated().map { place, text in
            let report = place > 0 ? matching[place - 1] : nil
            var line = Line(
                text: text,
                isSelected: list == .relocations && report != nil && report?.status.uuid == selected?.status.uuid)
            line.color = report?.status.status == .failure ? .red : nil
            return line
        }
    }

    /// As many lines as there is room for, the selected one among them.
    private func window(_ lines: [Line], _ room: Int) -> [Line] {
        guard lines.count > room, room > 0 else { return Array(lines.prefix(room)) }
        let place = lines.firstIndex(where: \.isSelected) ?? 0
        let start = min(max(0, place - room / 2), lines.count - room)
        return Array(lines[start..<start + room])
    }

    private var footer: String {
        switch mode {
        case .filtering: "filter: \(filter)_"
        case .asking(_, let question): question + " y / n"
        case .browsing:
            message.isEmpty ? Self.help + (filter.isEmpty ? "" : " · filter: \(filter)") : PlainText.line(message)
        }
    }

    // MARK: - What is selected

    private var matching: [StatusReport] {
        guard !filter.isEmpty else { return reports }
        let wanted = filter.lowercased()
        return reports.filter { report in
            let status = report.status
            return status.uuid.hasPrefix(wanted)
                || [status.sourceName, status.scope, status.status.rawValue, status.destinationName, status.owner]
                    .contains { $0.lowercased().contains(wanted) }
        }
    }

    private var selected: StatusReport? { matching.first { $0.status.uuid == relocation } ?? matching.first }

    private var selectedWorker: WorkerEntry? {
        sortedWorkers.first { $0.name == worker } ?? sortedWorkers.first
    }

    private mutating func move(_ by: Int) {
        switch list {
        case .relocations:
            let place = matching.firstIndex { $0.status.uuid == selected?.status.uuid } ?? 0
            guard !matching.isEmpty else { return }
            relocation = matching[min(max(0, place + by), matching.count - 1)].status.uuid
        case .workers:
            let place = sortedWorkers.firstIndex { $0.name == selectedWorker?.name } ?? 0
            guard !sortedWorkers.isEmpty else { return }
            worker = sortedWorkers[min(max(0, place + by), sortedWorkers.count - 1)].name
        }
    }

    // MARK: - Keys

    /// Takes one key. Returns what is to be done.
    public mutating func press(_ key: TopKey) -> Action? {
        message = ""
        if key == .interrupt { return .quit }
        switch mode {
        case .asking(let action, _):
            mode = .browsing
            return key == .character("y") ? action : nil
        case .filtering:
            type(key)
            return nil
        case .browsing: return browse(key)
        }
    }

    private mutating func type(_ key: TopKey) {
        switch key {
        case .character(let character): filter.append(character)
        case .erase: filter = String(filter.dropLast())
        case .escape:
            filter = ""
            mode = .browsing
        case .enter: mode = .browsing
        case .up, .down, .tab, .interrupt: break
        }
    }

    private mutating func browse(_ key: TopKey) -> Action? {
        switch key {
        case .character("q"): return .quit
        case .character("j"), .down: move(1)
        case .character("k"), .up: move(-1)
        case .tab: list = list == .relocations ? .workers : .relocations
        case .character("/"): mode = .filtering
        case .escape: filter = ""
        case .character("p"): askToPause()
        case .character("r"): askToRetry()
        case .character("w"): askToQuiet()
        default: break
        }
        return nil
    }

    private mutating func askToPause() {
        guard let status = selected?.status else { return }
        switch status.status {
        case .paused: mode = .asking(.unpause(status.uuid), "Let \(status.uuid) go on?")
        case .inProgress: mode = .asking(.pause(status.uuid), "Pause \(status.uuid) at its next chunk?")
        default: message = "\(status.uuid) has ended: there is nothing to pause."
        }
    }

    private mutating func askToRetry() {
        guard let status = selected?.status else { return }
        guard status.status == .failure else {
            message = "\(status.uuid) has not failed."
            return
        }
        mode = .asking(.retry(status.uuid), "Retry \(status.uuid) at the task that failed?")
    }

    private mutating func askToQuiet() {
        list = .workers
        guard let worker = selectedWorker else {
            message = "No worker is running."
            return
        }
        mode = .asking(
            .quiet(worker.name, !worker.isQuiet),
            worker.isQuiet
                ? "Let \(worker.name) take relocations again?" : "Let \(worker.name) take no more relocations?")
    }
}

/// A key of a terminal.
public enum TopKey: Sendable, Equatable {
    case character(Character)
    case up, down, tab, enter, escape, erase
    /// ^C
    case interrupt

    /// The keys in what a terminal has sent at once.
    public static func keys(in bytes: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x1B where rest.starts(with: [0x5B]) && rest.count >= 2:
                // Arrows are ESC [ A and ESC [ B; other keys of this kind mean nothing.
                let letter = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
                if letter == 0x41 { keys.append(.up) }
                if letter == 0x42 { keys.append(.down) }
            case 0x1B: keys.append(.escape)
            case 0x03: keys.append(.interrupt)
            case 0x09: keys.append(.tab)
            case 0x0A, 0x0D: keys.append(.enter)
            case 0x08, 0x7F: keys.append(.erase)
            case 0x20..<0x7F: keys.append(.character(Character(Unicode.Scalar(byte))))
            case 0x80...:
                let more = rest.prefix { $0 >= 0x80 }
                rest = rest.dropFirst(more.count)
                let text = String(decoding: [byte] + more, as: UTF8.self)
                keys += text.filter { $0 != "\u{FFFD}" }.map { .character($0) }
            default: break
            }
        }
        return keys
    }
}
