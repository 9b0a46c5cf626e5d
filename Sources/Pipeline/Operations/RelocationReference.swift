package import Queue
import Reporting

/// How an operator names a relocation: by its UUID, or by the first digits of it.
package struct RelocationReference: Sendable, Hashable {
    /// Dashed, lower case.
    private let beginning: String
    private let id: RelocationID?

    /// Relocations that an ambiguous reference lists.
    private static let listed = 5
    /// Digits of a UUID, and after how many of them a dash follows.
    private static let (digits, dashes) = (32, Set([8, 12, 16, 20]))

    /// Reads any spelling of a UUID, or of its first digits. Nil for anything else.
    package init?(_ text: String) {
        id = RelocationID(text)
        let plain = text.lowercased().filter { $0 != "-" }
        guard id != nil || (1...Self.digits).contains(plain.utf8.count) && plain.allSatisfy(\.isHexDigit) else {
            return nil
        }
        beginning = plain.enumerated().reduce(into: "") { out, digit in
            if Self.dashes.contains(digit.offset) { out.append("-") }
            out.append(digit.element)
        }
    }

    /// The relocation that is meant. Throws `notFound` if there is none, `conflict` if there are several.
    package func resolve(in queue: RelocationQueue) throws -> RelocationID {
        if let id { return id }
        let found = try queue.uuids(beginningWith: beginning, limit: Self.listed + 1)
        guard let first = found.first.flatMap(RelocationID.init) else {
            throw OperationError(
                .notFound, "No relocation's UUID begins with \(beginning). `list` shows those there are.")
        }
        guard found.count == 1 else { throw ambiguous(found) }
        return first
    }

    private func ambiguous(_ found: [String]) -> OperationError {
        let more = found.count > Self.listed ? "\n  …" : ""
        return OperationError(
            .conflict,
            "Several relocations' UUIDs begin with \(beginning). Give more of the one that is meant:\n  "
                + found.prefix(Self.listed).joined(separator: "\n  ") + more)
    }
}
