internal import Foundation
internal import Mustache

/// The words of notices: our own, in several languages, and files that take their place.
///
/// A file is `<folder>/<language>/<kind>.<part>.mustache`: language `en` or `pt-BR`, kind `started`, `failed`, `succeeded` or
/// `claim`, part `subject`, `txt` or `html`. What no file gives, the built-in texts do. A notice is in the recipient's
/// language, or in the more general one (`pt` for `pt-BR`), or in the standard one.
public struct NoticeTemplates: Sendable {
    enum Part: String, CaseIterable {
        case subject, txt, html
    }

    private let templates: [String: MustacheTemplate]
    private let standard: String

    /// - Parameters:
    ///   - folder: nil for our own words alone
    ///   - standard: the language of recipients without one, or with one that no template has
    /// - Throws: if a file cannot be read or is no template; the message names it.
    public init(folder: String? = nil, standard: String = "en") throws(NotificationError) {
        var texts = BuiltInTexts.all
        if let folder { texts.merge(try Self.files(in: folder)) { $1 } }
        var templates: [String: MustacheTemplate] = [:]
        for (name, text) in texts { templates[name] = try Self.template(text, name) }
        self.templates = templates
        self.standard = standard
        guard texts.keys.contains(where: { $0.hasPrefix("\(standard)/") }) else {
            throw NotificationError(.usage, "There are no templates in the language \"\(standard)\".")
        }
    }

    private static func template(_ text: String, _ name: String) throws(NotificationError) -> MustacheTemplate {
        // Only HTML escapes what it shows.
        let type = name.hasSuffix(".html") ? "HTML" : "TEXT"
        do {
            return try MustacheTemplate(string: "{{% CONTENT_TYPE:\(type)}}" + text)
        } catch {
            throw NotificationError(.usage, "The template \(name).mustache cannot be read: \(error)")
        }
    }

    private static func files(in folder: String) throws(NotificationError) -> [String: String] {
        var out: [String: String] = [:]
        let names = Set(BuiltInTexts.names)
        for language in try list(folder) where !language.hasPrefix(".") {
            for file in try list("\(folder)/\(language)") {
                // One that lacks the ending would be passed over, and our own words sent; other files may lie there.
                guard file.hasSuffix(".mustache") || names.contains(file) else { continue }
                let name = String(file.dropLast(".mustache".count))
                guard file.hasSuffix(".mustache"), names.contains(name) else {
                    throw NotificationError(
                        .usage,
                        "The template \(language)/\(file) has no place: templates are named "
                            + names.sorted().map { "\($0).mustache" }.joined(separator: ", "))
                }
                out["\(language)/\(name)"] = try text("\(folder)/\(language)/\(file)")
            }
        }
        return out
    }

    private static func list(_ folder: String) throws(NotificationError) -> [String] {
        do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw NotificationError(.usage, "The folder of templates \(folder) cannot be read.")
        }
    }

    private static func text(_ path: String) throws(NotificationError) -> String {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else {
            throw NotificationError(.usage, "The template \(path) cannot be read as UTF-8 text.")
        }
        return text
    }

    // MARK: Rendering

    func render(_ notice: Notice) -> RenderedNotice {
        func part(_ part: Part) -> String {
            template(notice.kind, part, notice.recipient.language)?.render(notice.values) ?? ""
        }
        let subject = part(.subject).split(whereSeparator: \.isNewline).joined(separator: " ")
        return RenderedNotice(subject: subject, text: part(.txt), html: part(.html))
    }

    private func template(_ kind: Notice.Kind, _ part: Part, _ language: String) -> MustacheTemplate? {
        let general = String(language.prefix { $0 != "-" && $0 != "_" })
        for language in [language.replacing("_", with: "-"), general, standard, "en"] {
            if let found = templates["\(language)/\(kind.rawValue).\(part.rawValue)"] { return found }
        }
        return nil
    }
}
