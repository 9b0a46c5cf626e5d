package import Queue

/// A relocation between installations waits for the export of another destination's worker.
package enum FlowTransfer: Sendable, Equatable {
    /// Not there yet: look again after so many milliseconds at the latest.
    case wait(milliseconds: Int)
    case timedOut
    /// Its worker has failed, for this reason.
    case failed(String)
    /// Nobody makes it any more.
    case gone

    /// As long as the reference waits, in seconds.
    package static let limitSeconds = 3_600
    /// The longest pause between two looks, in milliseconds: a wake-up may get lost.
    package static let lookMilliseconds = 300_000

    /// - Parameters:
    ///   - export: the relocation that makes the export; nil if it is unknown
    ///   - now: milliseconds on Redis' clock
    package init(_ export: RelocationStatus?, now: Int64) {
        guard let export else {
            self = .gone
            return
        }
        switch export.status {
        case .failure: self = .failed(export.failureReason)
        // Its delivery would be known, if it were for this relocation.
        case .success: self = .gone
        default:
            let rest = export.createdAt + Int64(Self.limitSeconds) * 1_000 - now
            self = rest <= 0 ? .timedOut : .wait(milliseconds: Int(min(rest, Int64(Self.lookMilliseconds))))
        }
    }

    /// The UUID of the relocation that makes the export for another one: always the same, so that it is asked for once.
    package static func exportUUID(of uuid: String) -> String {
        // Version 4 has the digit 4 there; 8 is for UUIDs of one's own making.
        var digits = Array(uuid.utf8)
        if digits.count == 36 { digits[14] = UInt8(ascii: digits[14] == UInt8(ascii: "8") ? "4" : "8") }
        return String(decoding: digits, as: UTF8.self)
    }
}
