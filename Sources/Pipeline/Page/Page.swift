/// A page in HTML, made of parts. A browser that stays on the page gets those parts anew that have changed.
package struct Page: Sendable {
    package struct Part: Sendable, Equatable {
        package let id: String
        package let html: String
    }

    package let title: String
    /// Where it belongs in the navigation.
    let section: PageSection?
    package let parts: [Part]
    /// Whether it changes by itself.
    package let isLive: Bool

    /// - Parameter parts: template → what fills it, in order. The template's name is the part's id.
    init(_ title: String, _ section: PageSection? = nil, isLive: Bool = false, parts: [(String, Fields)]) {
        self.title = title
        self.section = section
        self.isLive = isLive
        self.parts = parts.map { Part(id: $0, html: PageTemplates.render($0, $1)) }
    }

    /// The whole document.
    ///
    /// - Parameter viewer: nil before the sign-in
    package func html(for viewer: Viewer?) -> String {
        PageTemplates.render(
            "layout",
            [
                "title": title, "style": Asset.style.address, "script": Asset.script.address,
                "icon": Asset.icon.address, "isLive": isLive, "viewer": viewer != nil,
                "formToken": optional(viewer?.formToken), "sections": PageSection.allCases.map(navigation),
                "parts": parts.map { ["id": $0.id, "html": $0.html] },
            ])
    }

    private func navigation(_ other: PageSection) -> Fields {
        ["address": other.address, "name": other.rawValue, "isCurrent": other == section]
    }
}

/// What the navigation leads to.
enum PageSection: String, CaseIterable {
    case overview = "Overview"
    case relocations = "Relocations"
    case failures = "Failures"

    var address: String {
        switch self {
        case .overview: "/"
        case .relocations: "/relocations"
        case .failures: "/failures"
        }
    }
}

/// Who looks at a page.
package struct Viewer: Sendable {
    /// Whether actions are offered.
    package let canAct: Bool
    /// What its forms send back; empty for one without a session.
    package let formToken: String

    package init(canAct: Bool, formToken: String) {
        self.canAct = canAct
        self.formToken = formToken
    }
}
