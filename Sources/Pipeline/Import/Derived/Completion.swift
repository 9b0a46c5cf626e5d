import Catalogue
import Storage

/// Writes the rows that saving a model's rows makes and that the file has not brought: once all rows are there, so that
/// none is written first to be overwritten later. Running it again changes nothing.
protocol Completion {
    /// - Parameter ids: ids of imported rows, ascending, a page of them.
    func complete(_ ids: [Value], _ batch: Batch) throws(ImportFailure)
}

enum Completions {
    /// Rows that are completed with one statement each.
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
