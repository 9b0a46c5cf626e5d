import Adaptation
public import Catalogue
import ExportFormat

/// What becomes of exports of other versions of Sentry.
public enum VersionPolicy: Sendable, Equatable {
    /// The file is taken as one of this version: what the reference refuses is refused, and rows keep their order.
    case strict
    /// Rows are adapted and brought into the order of their references.
    ///
    /// - Parameter version: that of the file; nil: its fields tell
    case adapting(from: SentryVersion?)

    /// For the record of a relocation.
    public var text: String {
        switch self {
        case .strict: "strict"
        case .adapting(let version): version?.description ?? "adapted"
        }
    }

    /// From the record of a relocation; of one without that field rows are adapted.
    package init(text: String?) {
        self = text == VersionPolicy.strict.text ? .strict : .adapting(from: text.flatMap { SentryVersion($0) })
    }

    var knowledge: SourceKnowledge? {
        switch self {
        case .strict: nil
        case .adapting(let version): SourceKnowledge(given: version)
        }
    }
}

extension ExportSource {
    /// Adapts rows by what is known of the file; nil if they are taken as they are.
    func adapter(_ knowledge: SourceKnowledge?, isLearning: Bool = false) -> RowAdapter? {
        knowledge.map { RowAdapter($0, catalogue: catalogue, limits: limits, isLearning: isLearning) }
    }
}
