import ExportFormat
import TextForms

/// A point in time as a file writes it, read as leniently as the reference does.
struct WrittenTime: Equatable {
    /// Since 1970; of a time without an offset as if it were UTC.
    let microseconds: Int64
    let hasOffset: Bool

    /// `2024-01-02`, `2024-01-02T03:04:05.006Z` and what lies between; `T` and `Z` may be small, a blank may stand for `T`
    /// and before the offset. nil for anything else.
    init?(_ text: String) {
        var form = Array(text.utf8)
        if form.count > 10, form[10] == UInt8(ascii: "t") { form[10] = UInt8(ascii: "T") }
        let zone = Self.cutZone(&form)
        let offset = zone == "z" ? "Z" : zone
        guard let value = TimestampText.microseconds(String(decoding: form, as: UTF8.self) + offset) else { return nil }
        microseconds = value
        hasOffset = !zone.isEmpty
    }

    /// Removes the offset behind the time of day, with blanks before it, and returns it.
    private static func cutZone(_ form: inout [UInt8]) -> String {
        guard form.count > 11, let start = form[11...].firstIndex(where: isZoneStart) else { return "" }
        let zone = String(decoding: form[start...], as: UTF8.self)
        form.removeSubrange(start...)
        while form.last == UInt8(ascii: " ") { form.removeLast() }
        return zone
    }

    private static func isZoneStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte | 0x20 == UInt8(ascii: "z")
    }
}

extension FieldPair {
    private static let epoch = FieldValue.text("1970-01-01T00:00:00+00:00")

    /// The left time must not be after the right one. What stands for no time is 1970.
    var updatedComplaints: [String] {
        let pair = FieldPair(field, left.isTruthy ? left : Self.epoch, right.isTruthy ? right : Self.epoch)
        if pair.left == pair.right { return [] }
        // The reference ends with an error where one time has an offset and the other has none.
        if let times = pair.times, times.left.hasOffset == times.right.hasOffset,
            times.left.microseconds <= times.right.microseconds
        {
            return []
        }
        return [pair.differs("less than or equal to")]
    }

    var instantComplaints: [String] {
        if left == right { return [] }
        if let times, times.left == times.right { return [] }
        return [differs("equal to")]
    }

    private var times: (left: WrittenTime, right: WrittenTime)? {
        guard let left = left.text.flatMap(WrittenTime.init), let right = right.text.flatMap(WrittenTime.init) else {
            return nil
        }
        return (left, right)
    }
}
