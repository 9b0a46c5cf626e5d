/// What a UUID stands for: the file, the scope, and the options that decide what becomes of its rows. Chunk size and
/// `--atomic` are not among them: they change how rows are written, not which.
public struct ImportIdentity: Sendable, Equatable {
    private let scope: String
    private let digest: String
    private let options: RelocationOptions?

    /// - Parameters:
    ///   - digest: of the file; empty if unknown
    ///   - options: as the record holds them
    public init(scope: String, digest: String, options: String) {
        self.scope = scope
        self.digest = digest
        self.options = RelocationOptions(json: options)
    }

    /// In what this import differs from an earlier one under the same UUID, in words. Empty: it is the same.
    public func differences(from earlier: ImportIdentity) -> [String] {
        var out: [String] = []
        if !digest.isEmpty, !earlier.digest.isEmpty, digest != earlier.digest { out.append("another file") }
        if scope != earlier.scope { out.append("the scope \(scope) instead of \(earlier.scope)") }
        if let options, let others = earlier.options { out += options.differences(from: others) }
        return out
    }

    /// Why an import cannot have a UUID that belongs to an earlier one with these differences.
    ///
    /// - Parameter earlier: see ``words(name:scope:enqueuedBy:)``
    public static func refusal(_ uuid: String, of earlier: String, differences: [String]) -> String {
        refusal(uuid, of: earlier, because: "this one has \(differences.joined(separator: ", "))")
    }

    public static func refusal(_ uuid: String, of earlier: String, because difference: String) -> String {
        "The UUID \(uuid) belongs to the import of \(earlier): \(difference). Enqueue that import again as it was, or this "
            + "one under another --import-uuid, or without one for a new UUID."
    }

    /// Why an import cannot be verified with another file, scope, filter or flags.
    public static func verifyRefusal(_ uuid: String, of earlier: String, because difference: String) -> String {
        "The import \(uuid) is that of \(earlier), and what it is verified with is another: \(difference). Give the file, the "
            + "scope, the filter and the flags of that import."
    }

    /// An import for people.
    public static func words(name: String, scope: String, enqueuedBy: String) -> String {
        "\(name.isEmpty ? "a file" : name) (\(scope))" + (enqueuedBy.isEmpty ? "" : ", queued by \(enqueuedBy)")
    }
}

extension RelocationOptions {
    private static func words(_ versions: String) -> String {
        switch versions {
        case "strict": "--strict"
        case "adapted": "adaptation by the file's own version"
        default: "--source-version \(versions)"
        }
    }

    fileprivate func differences(from earlier: RelocationOptions) -> [String] {
        var out: [String] = []
        for (flag, now, before) in [
            ("--merge-users", mergeUsers, earlier.mergeUsers),
            ("--overwrite-configs", overwriteConfigs, earlier.overwriteConfigs),
            ("hidden organizations", hideOrganizations, earlier.hideOrganizations),
        ] where now != before {
            out.append(now ? flag : "no \(flag)")
        }
        if let owner = relocate?.owner, let other = earlier.relocate?.owner, owner != other {
            out.append("the owner \(owner) instead of \(other)")
        }
        if (relocate == nil) != (earlier.relocate == nil) {
            out.append(relocate == nil ? "no steps of a relocation" : "the steps of a relocation")
        }
        if let versions, let others = earlier.versions, versions != others {
            out.append("\(Self.words(versions)) instead of \(Self.words(others))")
        }
        guard tellsFilter, earlier.tellsFilter, filter != earlier.filter else { return out }
        return out + [filter == nil ? "no filter" : earlier.filter == nil ? "a filter" : "another filter"]
    }
}
