/// One row of a relocation's file.
public struct RowPlace: Sendable, Hashable {
    public let model: String
    /// Its place among the rows of its model, from 1.
    public let ordinal: Int64
    /// Its primary key in the file, if that can be read.
    public let sourcePK: Int64?

    public init(model: String, ordinal: Int64, sourcePK: Int64?) {
        self.model = model
        self.ordinal = ordinal
        self.sourcePK = sourcePK
    }
}

extension RowPlace {
    /// As the record's field `skippedRows` holds it, a line without its end: model, ordinal and primary key.
    var line: String { "\(model) \(ordinal) \(sourcePK.map(String.init) ?? "")" }

    /// From the record's field. Lines that cannot be read are passed over.
    static func list(_ lines: String) -> [RowPlace] { lines.split(separator: "\n").compactMap(RowPlace.init(line:)) }

    private init?(line: Substring) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, let ordinal = Int64(parts[1]) else { return nil }
        self.init(model: String(parts[0]), ordinal: ordinal, sourcePK: Int64(parts[2]))
    }
}
