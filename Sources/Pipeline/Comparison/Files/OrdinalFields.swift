import Catalogue
import ExportFormat

/// Which fields order the rows of a model, if its primary key does not.
enum OrdinalFields {
    static let users = "sentry.user"
    static let userOptions = "sentry.useroption"

    /// nil if the primary key orders the row. `refuse` makes the error of a row without fields.
    static func names(
        of model: ModelIndex, _ fields: TapeRow?, orRefuse refuse: (String) -> ExportError
    ) throws(ExportError) -> [FieldName]? {
        let isOption = model.name == userOptions
        guard isOption || !model.ordinalFields.isEmpty else { return nil }
        guard let fields else { throw refuse("has no fields") }
        guard isOption else { return model.ordinalFields }
        return isScoped(fields) ? nil : ["user", "key"]
    }

    /// Whether an option belongs to a project or an organization: such options may repeat a key.
    private static func isScoped(_ fields: TapeRow) -> Bool {
        !["organization_id", "project_id"].allSatisfy { fields.value($0)?.fieldValue.isNull ?? true }
    }

    /// Whether a field names a user, whose username takes the place of its key.
    static func isUser(_ field: FieldName) -> Bool { field == "user" || field == "user_id" }
}
