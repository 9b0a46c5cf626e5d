import TestSupport

/// One relocation of the workload: what to enqueue, and how it must end.
struct Plan: Sendable {
    enum End: Sendable { case success, failure }

    let uuid: String
    /// The subcommand of relocation-enqueue.
    let scope: String
    let flags: [String]
    let file: String
    let end: End
    /// Whether its operator undoes it in the end. Nothing of it may be left then, as if it had never been.
    var isUndone = false

    var isOneTransaction: Bool { flags.contains("--atomic") || scope == "global" }
    /// Whether it goes through all steps of a relocation, with people to tell.
    var hasSteps: Bool { scope == "relocate" }

    var arguments: [String] { [scope, "--silent", "--no-prompt", "--import-uuid", uuid] + flags + [file] }
}

/// The exports that the seed generates: a base that each destination holds, and relocations that are independent of each
/// other but share rows with the base.
struct Workload {
    /// Imported first, without faults.
    let base: Plan
    let plans: [Plan]
    /// Those that are not undone.
    var kept: [Plan] { plans.filter { !$0.isUndone } }
    /// Relocations of whole installations, one after the other. Each clears what the one before has left.
    let globals: [Plan]
    /// All texts of all exports. The import has made any other text that looks random.
    let texts: Set<String>

    /// Users of the base that each relocation may merge with. No two relocations share them.
    static let knownUsers = 3

    private static let undonePercent = 15

    private let folder: TemporaryFolder

    init(_ setting: Setting) throws {
        folder = try TemporaryFolder()
        let seed = setting.seed
        var maker = PlanMaker(seed: seed, folder: folder, relocatePercent: setting.relocatePercent)
        base = try maker.base(setting.relocations)
        plans = try (0..<setting.relocations).map { number in
            var plan = try maker.plan(number)
            var random = SeededRandom(seed: seed, "undo", number)
            plan.isUndone = random.chance(Self.undonePercent)
            return plan
        }
        globals = try (0..<setting.globals).map { try maker.global($0) }
        texts = maker.texts
    }
}

/// Makes the plans and writes their files.
private struct PlanMaker {
    let seed: UInt64
    let folder: TemporaryFolder
    let relocatePercent: Int
    var texts: Set<String> = []

    mutating func base(_ relocations: Int) throws -> Plan {
        var random = SeededRandom(seed: seed, "base")
        var export = ExportText(random)
        for number in 0..<relocations * Workload.knownUsers { _ = export.addUser("base", number) }
        for number in 0..<relocations {
            for name in ["option", "controloption"] {
                export.add(
                    name,
                    [
                        "key": .text(Self.known(number)), "last_updated": export.time(),
                        "last_updated_by": "unknown", "value": "\"base\"",
                    ])
            }
        }
        return try plan(-1, "config", ["--chunk-size", "500"], export, &random)
    }

    /// A setting of the base that only one relocation shares.
    private static func known(_ number: Int) -> String { "known.\(number)" }

    mutating func plan(_ number: Int) throws -> Plan {
        var random = SeededRandom(seed: seed, "plan", number)
        var export = ExportText(SeededRandom(seed: seed, "export", number))
        let mark = "r\(number)"
        var flags = ["--chunk-size", String([1, 2, 3, 5, 8][random.below(5)])]
        let kind = random.below(100)
        if random.chance(relocatePercent) { return try relocation(number, mark, flags, export, &random) }
        if random.chance(12) { flags.append("--atomic") }
        if kind < 45 { return try users(number, mark, flags, export, &random) }
        if kind < 85 {
            for place in 0...random.below(2) {
                export.addOrganization(mark, place, people: 2 + random.below(4))
            }
            return try plan(number, "organizations", flags, export, &random)
        }
        if random.chance(50) { flags.append("--overwrite-configs") }
        export.addSettings(mark, count: 4 + random.below(20), known: Self.known(number))
        return try plan(number, "config", flags, export, &random)
    }

    /// Each has an owner of its own among the users of the base: an owner has one at a time.
    private mutating func relocation(
        _ number: Int, _ mark: String, _ flags: [String], _ export: ExportText, _ random: inout SeededRandom
    ) throws -> Plan {
        var export = export
        let slugs = (0...random.below(2)).map { "\(mark)-org-\($0)" }
        for place in slugs.indices { export.addOrganization(mark, place, people: 2 + random.below(3)) }
        let wanted = ["--owner", "base-\(number * Workload.knownUsers)", "--orgs", slugs.joined(separator: ",")]
        return try plan(number, "relocate", flags + wanted, export, &random)
    }

    private mutating func users(
        _ number: Int, _ mark: String, _ flags: [String], _ export: ExportText, _ random: inout SeededRandom
    ) throws -> Plan {
        var (export, flags) = (export, flags)
        let merges = random.chance(30)
        if merges { flags.append("--merge-users") }
        let count = 8 + random.below(20)
        // A row in the middle that no import accepts: earlier rows stay, later rows are never reached.
        let broken = random.chance(6) ? count / 2 : -1
        for place in 0..<count {
            let known = merges && place < Workload.knownUsers ? "base-\(number * Workload.knownUsers + place)" : nil
            _ = export.addUser(mark, place, username: known, nameLength: place == broken ? 201 : 0)
        }
        return try plan(number, "users", flags, export, &random, end: broken >= 0 ? .failure : .success)
    }

    mutating func global(_ number: Int) throws -> Plan {
        var random = SeededRandom(seed: seed, "global", number)
        var export = ExportText(SeededRandom(seed: seed, "global export", number))
        let mark = "g\(number)"
        for place in 0...1 { export.addOrganization(mark, place, people: 3) }
        export.addSettings(mark, count: 6, known: nil)
        return try plan(10_000 + number, "global", ["--chunk-size", "3"], export, &random)
    }

    private mutating func plan(
        _ number: Int, _ scope: String, _ flags: [String], _ export: ExportText, _ random: inout SeededRandom,
        end: Plan.End = .success
    ) throws -> Plan {
        let text = export.text
        for part in text.split(separator: "\"") { texts.insert(String(part)) }
        let file = try folder.write(text, to: "\(scope)-\(number).json")
        return Plan(
            uuid: random.uuid(), scope: scope, flags: flags, file: file, end: end)
    }
}
