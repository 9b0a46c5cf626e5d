public import Catalogue

/// Why an export is refused. The description names the place and the remedy, never a field's value or a key.
public struct ExportError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        case notFound, unreadable, permission
        /// Standard input could not be spooled to a temporary file.
        case cannotSpool
        /// The file to write cannot be made, or there is no room for it.
        case cannotCreate
        /// Not an export, or an export with a mistake in it.
        case badData
        /// The key is malformed, missing, not needed, or not the tarball's.
        case badKey
        /// A limit of ``ExportLimits`` was exceeded.
        case tooLarge
        /// The file changed between two passes.
        case changed
        case badFilter
        /// A word on a model to learn that names nothing in the file.
        case badReference
        /// A key program has not answered in time.
        case tooSlow
        case outOfMemory

        /// The program's exit code (sysexits.h).
        public var exitCode: Int32 {
            switch self {
            case .notFound, .unreadable: 66
            case .permission: 77
            case .cannotSpool, .cannotCreate: 73
            case .badData, .badKey, .tooLarge, .changed: 65
            case .badFilter, .badReference: 64
            case .tooSlow: 75
            case .outOfMemory: 70
            }
        }
    }

    public let kind: Kind
    /// The problem and its remedy, without the place.
    public let message: String
    public var place: ExportPlace
    /// The refusal in the reference's form, if the reference has one: a row that cannot be decoded.
    public let finding: Finding?

    public init(_ kind: Kind, _ message: String, place: ExportPlace = ExportPlace(), finding: Finding? = nil) {
        self.kind = kind
        self.message = message
        self.place = place
        self.finding = finding
    }

    public var description: String {
        let place = place.description
        return place.isEmpty ? message : "\(place): \(message)"
    }
}

/// A place in an export. Unknown parts are nil.
public struct ExportPlace: Sendable, Equatable, CustomStringConvertible {
    /// 0-based offset into the (decrypted) JSON text.
    public var byte: Int64?
    /// 1-based line of that byte.
    public var line: Int64?
    /// 1-based number of the element of the top-level array.
    public var record: Int64?
    /// Lower-case model name.
    public var model: String?
    /// 1-based place among the model's rows.
    public var ordinal: Int64?
    /// The row's primary key in the export.
    public var sourcePK: Int64?
    /// The key inside `fields`.
    public var field: String?

    public init(
        byte: Int64? = nil, record: Int64? = nil, model: String? = nil, ordinal: Int64? = nil, sourcePK: Int64? = nil,
        field: String? = nil
    ) {
        self.byte = byte
        self.record = record
        self.model = model
        self.ordinal = ordinal
        self.sourcePK = sourcePK
        self.field = field
    }

    public var description: String {
        var parts: [String] = []
        if let record { parts.append("record \(record)") }
        if let byte { parts.append("byte \(byte)" + (line.map { " (line \($0))" } ?? "")) }
        if let model { parts.append(model) }
        if let ordinal { parts.append("row \(ordinal)") }
        if let sourcePK { parts.append("pk \(sourcePK)") }
        if let field { parts.append("field \(field)") }
        return parts.joined(separator: ", ")
    }
}
