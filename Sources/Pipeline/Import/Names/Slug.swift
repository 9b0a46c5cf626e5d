import TextForms

internal import Foundation

/// How the reference turns a name into a slug.
enum Slug {
    /// Lengths of slugs, in characters; longer ones are cut.
    static let organizationLength = 30
    static let teamLength = 30
    static let projectLength = 50
    static let monitorLength = 50

    /// What an organization's slug is made from: its slug or else its name, in lower case with `-` for `_`.
    static func organizationBase(slug: String, name: String) -> String {
        let source = slug.isEmpty ? name : slug
        let dashed = source.lowercased().replacingOccurrences(of: "_", with: "-")
        return dashed.trimmingCharacters(in: CharacterSet(charactersIn: "-"))
    }
}

/// The slug that saving gives an organization, if it is free.
public enum OrganizationSlug {
    public static func saved(_ slug: String) -> String {
        SlugText.slugify(Slug.organizationBase(slug: slug, name: ""), maxLength: Slug.organizationLength)
    }
}
