/// Whether what an import recorded is what an operator wanted. A slug is recorded as it was written: made of the wanted one,
/// cut, with a suffix if it was taken or is reserved. A prefix of what is stored now would not tell.
package struct WantedNames: Sendable, Equatable {
    private let stems: [[UInt8]]

    /// - Parameters:
    ///   - names: as the operator wanted them
    ///   - form: what saving makes of a name, without a suffix
    package init(_ names: [String], savedAs form: (String) -> String = { $0 }) {
        stems = names.map { Array(form($0).utf8) }
    }

    /// Whether a recorded name is one of them.
    package func holds(_ recorded: String) -> Bool {
        let name = Array(recorded.utf8)
        return stems.contains { name.starts(with: $0) || Self.isCut(name, of: $0) }
    }

    /// A name that was cut to make room for its suffix: `-` or `_` and letters.
    private static func isCut(_ name: [UInt8], of stem: [UInt8]) -> Bool {
        guard let mark = name.lastIndex(where: { $0 == 0x2D || $0 == 0x5F }), mark > 0, stem.count > mark else {
            return false
        }
        return name.count >= stem.count && stem.starts(with: name[..<mark])
    }
}
