import Catalogue
import Storage

/// Inserts the implicit rows of a model's rows that the file has not brought. It runs after the file's last row: otherwise
/// the file's own rows would overwrite them. A second run changes nothing.
protocol Completion {
    /// - Parameter ids: a page of ids of imported rows, ascending.
    func complete(_ ids: [Value], _ batch: Batch) throws(ImportFailure)
}

enum Completions {
    /// Rows that are completed together.
    static let page = 1000

    static func completion(of model: Model) -> (any Completion)? {
        switch model.name {
        case "sentry.user": UserCompletion()
        case "sentry.useremail": UserEmailCompletion()
        case "sentry.project": ProjectCompletion()
        default: nil
        }
    }
}
