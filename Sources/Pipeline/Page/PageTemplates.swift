internal import Mustache

/// What fills a template. A name without a value is looked for in what surrounds it, so each view gives all its names.
typealias Fields = [String: Any]

/// A text for a section of a template: the section is left out if there is none.
func optional(_ text: String?) -> Any {
    guard let text, !text.isEmpty else { return false }
    return text
}

/// The templates, compiled into the program. They escape whatever fills them.
enum PageTemplates {
    static func render(_ name: String, _ fields: Fields) -> String {
        guard let text = library.render(fields, withTemplate: name) else {
            preconditionFailure("there is no template \(name)")
        }
        return text
    }

    private static let library = MustacheLibrary(templates: sources.mapValues(template))

    private static func template(_ bytes: [UInt8]) -> MustacheTemplate {
        let text = String(decoding: bytes, as: UTF8.self)
        do { return try MustacheTemplate(string: text) } catch {
            preconditionFailure("a template cannot be read: \(error): \(text.prefix(80))")
        }
    }

    private static let sources: [String: [UInt8]] = [
        "ask": PackageResources.ask_mustache,
        "bar": PackageResources.bar_mustache,
        "chart": PackageResources.chart_mustache,
        "destinations": PackageResources.destinations_mustache,
        "details": PackageResources.details_mustache,
        "dropped": PackageResources.dropped_mustache,
        "failures": PackageResources.failures_mustache,
        "filter": PackageResources.filter_mustache,
        "head": PackageResources.head_mustache,
        "layout": PackageResources.layout_mustache,
        "list": PackageResources.list_mustache,
        "lists": PackageResources.lists_mustache,
        "models": PackageResources.models_mustache,
        "overview": PackageResources.overview_mustache,
        "problem": PackageResources.problem_mustache,
        "progress": PackageResources.progress_mustache,
        "recent": PackageResources.recent_mustache,
        "relocation-head": PackageResources.relocation_head_mustache,
        "row": PackageResources.row_mustache,
        "rows": PackageResources.rows_mustache,
        "sign-in": PackageResources.sign_in_mustache,
        "state": PackageResources.state_mustache,
        "timeline": PackageResources.timeline_mustache,
        "trouble": PackageResources.trouble_mustache,
        "workers": PackageResources.workers_mustache,
    ]
}
