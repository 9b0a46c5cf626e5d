import ExportFormat
import TextForms

/// Writes the new values of fields.
final class FieldWriter {
    private let replacements: Replacements
    private let sweep: Sweep?
    private let daysOffset: Int64
    /// What follows the time of day.
    private let zone: String
    /// Values that were replaced.
    private(set) var replaced: [ReplacedCategory: Int64] = [:]
    private var lastInstant: (old: Int64, new: Int64)?
    /// A new value, before it is written.
    private var text: [UInt8] = []

    /// - Parameters:
    ///   - sweep: for fields without a rule; nil if they stay as they are
    ///   - isSealed: whether the text goes into an encrypted file, where dates have another form
    init(_ replacements: Replacements, sweep: Sweep?, daysOffset: Int64, isSealed: Bool) {
        self.replacements = replacements
        self.sweep = sweep
        self.daysOffset = daysOffset
        zone = isSealed ? "+00:00" : "Z"
    }

    /// - Parameters:
    ///   - fields: of the row
    ///   - level: that of the line on which the value begins
    func write(
        _ value: TapeValue, _ treatment: Treatment, of fields: TapeRow, level: Int, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        if value.isNull, treatment != .emptyList { return out.append("null") }
        switch treatment {
        case .emptyObject: out.append("{}")
        case .emptyList: out.append("\"[]\"")
        case .slug:
            // Without a name there is nothing to make a slug of.
            guard let name = fields.value("name"), !name.isNull else {
                return try write(freeText: value, level: level, to: &out)
            }
            try write(name, .slug, to: &out)
        case .name, .date, .email, .url, .address, .text, .twice: try write(value, treatment, to: &out)
        }
        replaced[treatment.category, default: 0] += 1
    }

    private func write(
        _ value: TapeValue, _ treatment: Treatment, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        guard value.isString else {
            throw .expected("a text", found: value)
        }
        text.removeAll(keepingCapacity: true)
        try append(value.bytes, treatment)
        text.withUnsafeBufferPointer { out.append(string: $0) }
    }

    private func append(_ old: UnsafeBufferPointer<UInt8>, _ treatment: Treatment) throws(ValueMismatch) {
        switch treatment {
        case .name: try replacements.append(old, as: .name, to: &text)
        case .slug: try replacements.append(slugOf: old, to: &text)
        case .date: try append(date: old)
        case .email: try replacements.append(email: old, to: &text)
        case .url: try replacements.append(url: old, to: &text)
        case .address: try replacements.append(address: old, to: &text)
        case .text(let kind): try replacements.append(old, as: kind, to: &text)
        case .twice(let kind): try replacements.append(old, twiceAs: kind, to: &text)
        case .emptyObject, .emptyList: break
        }
    }

    // MARK: - Dates

    private func append(date old: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) {
        guard let time = DateTimeRule.clockTime(old), time.offset == 0, let new = instant(time.microseconds) else {
            throw ValueMismatch("holds no date-time of UTC: it must end in Z or +00:00")
        }
        let (moved, isTooFar) = daysOffset.multipliedReportingOverflow(by: Self.millisecondsPerDay)
        let (sum, isBeyond) = new.addingReportingOverflow(moved)
        guard !isTooFar, !isBeyond, Self.range ~= sum else {
            throw ValueMismatch("holds a date that --days-offset moves out of the years 1 to 9999; choose fewer days")
        }
        append(milliseconds: sum)
    }

    /// Dates of a row are often the same.
    private func instant(_ microseconds: Int64) -> Int64? {
        if let lastInstant, lastInstant.old == microseconds { return lastInstant.new }
        let new = replacements.instant(microseconds)
        lastInstant = new.map { (microseconds, $0) }
        return new
    }

    private static let millisecondsPerDay: Int64 = 86_400_000
    private static let range = (TimestampText.range.lowerBound / 1000)...(TimestampText.range.upperBound / 1000)

    /// With six digits of a fraction, or without one.
    private func append(milliseconds: Int64) {
        let written = TimestampText.text(milliseconds * 1000, withZone: false).utf8
        text += milliseconds % 1000 == 0 ? written.dropLast(Self.fractionLength) : written[...]
        text += zone.utf8
    }

    private static let fractionLength = 7

    // MARK: - Fields without a rule

    /// - Parameter key: that of an option, which may tell that its value is a secret
    func write(
        freeText value: TapeValue, of key: TapeValue? = nil, level: Int, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        guard let sweep else { return try out.append(value, level: level) }
        let isSecret = key.map { $0.isString && sweep.names.isSecret($0.bytes) } ?? false
        try out.append(value, level: level, isMarked: isSecret, marks: sweep.names.places) {
            old, isSecret, out throws(ValueMismatch) in
            guard let new = try sweep.swept(old, isSecret: isSecret) else { return out.append(string: old) }
            new.text.withUnsafeBufferPointer { out.append(string: $0) }
            replaced[new.isSecret ? .secrets : .others, default: 0] += 1
        }
    }

    /// Every text is replaced by one of the same form. Numbers and keys stay.
    func write(unknown value: TapeValue, level: Int, to out: inout JSONOutput) throws(ValueMismatch) {
        try out.append(value, level: level) { old, out throws(ValueMismatch) in
            text.removeAll(keepingCapacity: true)
            try append(unknown: old)
            text.withUnsafeBufferPointer { out.append(string: $0) }
            replaced[.others, default: 0] += 1
        }
    }

    private func append(unknown old: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) {
        if let time = DateTimeRule.clockTime(old), time.offset == 0, replacements.instant(time.microseconds) != nil {
            return try append(date: old)
        }
        switch TextShape(old) {
        case .email: try replacements.append(email: old, to: &text)
        case .address: try replacements.append(old, as: .address, to: &text)
        case .uuid: try replacements.append(old, as: .uuid, to: &text)
        case .other: try replacements.append(old, as: .string, to: &text)
        }
    }
}
