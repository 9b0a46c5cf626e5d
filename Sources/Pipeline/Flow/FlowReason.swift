/// The failure reasons of the reference, word by word: people and programs know them.
package enum FlowReason {
    package static let uploading = "Internal error during file upload."
    package static let preprocessing = "Internal error during preprocessing."
    package static let validating = "Internal error while validating."
    package static let importing = "Internal error while importing."
    package static let postprocessing = "Internal error during postprocessing."
    package static let notifying = "Internal error during relocation notification."
    package static let completing = "Internal error during relocation wrap-up."

    package static let cancelled = "This relocation was cancelled by an administrator."
    package static let aborted = "This relocation was aborted by an administrator."

    package static let invalidTarball = "The import tarball you provided was invalid."
    package static let invalidJSON = "Invalid input JSON."
    package static let decryption =
        "Could not decrypt the imported JSON - are you sure you used the\n"
        + String(repeating: " ", count: 34) + "correct public key?"
    package static let noUsers = "The provided JSON must contain at least one user."

    package static func badSlug(_ slug: String) -> String {
        "You asked to import an organization with the slug \(slug), which is not formatted correctly."
    }

    package static func missingOrganizations(_ slugs: [String]) -> String {
        "The following organization slug imports were requested, but could not be found in your submitted JSON: "
            + slugs.joined(separator: ",") + "."
    }

    package static func manyOrganizations(_ count: Int, limit: Int) -> String {
        "The provided JSON contains \(count) organizations matching one of the slugs you specified, but must not exceed "
            + "the limit of \(limit)."
    }

    package static func manyUsers(_ count: Int, limit: Int) -> String {
        "The provided JSON contains \(count) users who are members of at least one of the organizations you specified, "
            + "but must not exceed the limit of \(limit)."
    }

    package static func unknownUser(_ name: String) -> String { "Could not find user `\(name)`." }

    package static let ownerIsBusy = "An in-progress relocation already exists for this owner."

    package static let allTimedOut = "All validation attempts timed out."
    package static let invalid = "The data you provided failed validation. Please contact support."
    package static let attemptMissing = "Internal error while validating - validation attempt missing."
    package static let validationFailed = "Validation could not be completed. Please contact support."

    package static let exportTimedOut = "Cross-region relocation export request timed out after 1:00:00."

    /// Characters that the reference's table holds of a reason.
    package static let columnCharacters = 256
}
