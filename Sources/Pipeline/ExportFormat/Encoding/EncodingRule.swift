import Catalogue

/// How one column's values are written.
struct EncodingRule {
    let encoding: FieldEncoding
    let isNullable: Bool
    /// The defined bits of a bit-flag column.
    let mask: Int64
    /// Null becomes a new identifier, in each export another.
    let fillsGUID: Bool
    /// Holds the devices of a second factor.
    let holdsDevices: Bool

    init(_ column: Column, of model: String) {
        encoding = column.encoding
        isNullable = column.isNullable
        mask = column.bits.count >= 63 ? .max : (1 << Int64(column.bits.count)) - 1
        fillsGUID = model == "sentry.servicehook" && column.field == "guid"
        holdsDevices = model == "sentry.authenticator" && column.field == "config"
    }
}
