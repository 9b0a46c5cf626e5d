package import Queue

/// Which relocations of an index are meant.
package struct RelocationFilter: Sendable, Equatable {
    /// Part of a file's name, of an organization, of the owner or of who queued it; or the first digits of a UUID.
    package var text = ""
    package var status: RelocationState?
    package var scope = ""
    package var destination = ""
    /// Enqueued at this time or later: milliseconds since 1970 on Redis' clock.
    package var since: Int64 = 0
    /// The key of a group of failures; empty for any.
    package var cause = ""

    package init() {}

    func fits(_ entry: RelocationIndex.Entry) -> Bool {
        (status == nil || entry.state == status) && (scope.isEmpty || entry.scope == scope)
            && (destination.isEmpty || entry.destination == destination)
            && entry.createdAt >= since && (cause.isEmpty || entry.failure?.key == cause)
    }
}

/// A text that is looked for in many others.
struct SoughtText {
    private let text: String
    private let bytes: [UInt8]
    private let isASCII: Bool
    /// The first digits of a UUID; empty if the text cannot be that.
    private let digits: String

    init(_ wanted: String) {
        text = wanted.lowercased().trimmed
        bytes = Array(text.utf8)
        isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let hex = text.filter { $0 != "-" }
        digits = hex.allSatisfy(\.isHexDigit) ? hex : ""
    }

    /// - Parameter search: gets what tells whether the text is in an entry
    func finding(
        _ search: ((RelocationIndex.Entry) -> Bool) -> [RelocationIndex.Entry]
    ) -> [RelocationIndex.Entry] {
        guard let first = bytes.first else { return search { _ in true } }
        return bytes.withUnsafeBufferPointer { bytes in
            search { entry in
                entry.words.withUnsafeBufferPointer { Self.hold($0, bytes, first) }
                    || (!digits.isEmpty && entry.digits.hasPrefix(digits))
                    || (!isASCII && String(decoding: entry.words, as: UTF8.self).contains(text))
            }
        }
    }

    /// Comparing characters takes many times as long as comparing bytes.
    private static func hold(
        _ words: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>, _ first: UInt8
    ) -> Bool {
        var place = 0
        while place <= words.count - bytes.count {
            if words[place] == first {
                var length = 1
                while length < bytes.count, words[place + length] == bytes[length] { length += 1 }
                if length == bytes.count { return true }
            }
            place += 1
        }
        return false
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
