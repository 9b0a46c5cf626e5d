import ArgumentParser
import CommandLine
import Flow
import Queue
import TaskFormat

/// Whom and what a relocation with steps is for.
struct WantedRelocation: ParsableArguments {
    @Option(help: ArgumentHelp("The user of the destination who will own the organizations.", valueName: "username"))
    var owner: String?

    @Option(
        help: ArgumentHelp(
            "The organizations: slugs separated by commas, as in the export; blanks around them do not count.",
            valueName: "slugs"))
    var orgs: String?

    @Option(
        help: ArgumentHelp(
            "The user of the destination who asks for it, and is told as well. Without it the owner.",
            valueName: "username"))
    var creator: String?

    @Option(
        name: .customLong("max-organizations"),
        help: ArgumentHelp("The scan refuses more organizations than that.", valueName: "number"))
    var maxOrganizations: Int?

    @Option(
        name: .customLong("max-users"),
        help: ArgumentHelp("The scan refuses more members than that.", valueName: "number"))
    var maxUsers: Int?

    private static let limits = 1...1_000_000
    private static let longestName = 512

    /// Whether the command line says anything of it.
    var isGiven: Bool {
        owner != nil || orgs != nil || creator != nil || maxOrganizations != nil || maxUsers != nil
    }

    /// Throws unless there is an owner, and organizations.
    func requireWhole() throws {
        guard let owner, !owner.isEmpty else { throw ValidationError("Name the owner: --owner USERNAME.") }
        guard slugs.contains(where: { !$0.isEmpty }) else {
            throw ValidationError("Name the organizations: --orgs a,b. It names none.")
        }
        for number in [maxOrganizations, maxUsers].compactMap({ $0 }) where !Self.limits.contains(number) {
            throw ValidationError("--max-organizations and --max-users take 1 to \(Self.limits.upperBound).")
        }
        if [owner, creator ?? ""].contains(where: { $0.utf8.count > Self.longestName }) {
            throw ValidationError("A user name has at most 128 characters.")
        }
    }

    /// - Parameter source: the destination whose worker exports the organizations; nil for a file
    func request(from source: DestinationName? = nil) -> RelocateRequest {
        RelocateRequest(
            owner: owner ?? "", creator: creator, organizations: slugs,
            maxOrganizations: maxOrganizations ?? FlowScan.organizationLimit, maxUsers: maxUsers ?? FlowScan.userLimit,
            source: source?.text)
    }

    private var slugs: [String] {
        (orgs ?? "").split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        let head = drop { $0.isWhitespace }
        return String(head.reversed().drop { $0.isWhitespace }.reversed())
    }
}
