internal import HTTPTypes
internal import Hummingbird
internal import Operations

/// The new DSN of every project key that a relocation has brought. Operators only: a DSN holds a key, though a public one.
struct DSNRoute {
    private let site: Site

    static let parameters: Set<String> = ["fromUrl", "format"]

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.get("relocations/:id/dsn") { request, context in
            guard context.caller?.role == .operator else { throw Problem.readOnly }
            let parameters = try RequestParameters(request, allowing: Self.parameters)
            let (from, format) = (try Self.address(parameters), try Self.format(parameters))
            let reference = try context.relocation()
            let id = try await site.queues.run { queue in try reference.resolve(in: queue) }
            let destination = site.settings.destination
            let answer = try await site.destination.run { try destination.dsns(id.text, from, format) }
            return Self.response(answer, format)
        }
    }

    private static func address(_ parameters: RequestParameters) throws(Problem) -> String {
        guard let from = parameters["fromUrl"], from.hasPrefix("http://") || from.hasPrefix("https://") else {
            throw .badRequest("fromUrl takes the public address of the old installation: https://host.")
        }
        return from
    }

    private static func format(_ parameters: RequestParameters) throws(Problem) -> String {
        let format = parameters["format"] ?? DSNAnswer.formats[0]
        guard DSNAnswer.formats.contains(format) else {
            throw .badRequest("format takes \(DSNAnswer.formats.joined(separator: ", ")).")
        }
        return format
    }

    private static func response(_ answer: DSNAnswer, _ format: String) -> Response {
        var response = Response.json(answer.text)
        if format != DSNAnswer.formats[0] { response.headers[.contentType] = "text/plain; charset=utf-8" }
        for warning in answer.warnings {
            response.headers.append(HTTPField(name: .warning, value: "199 relocation \"\(Self.plain(warning))\""))
        }
        return response
    }

    /// As a header can hold it.
    private static func plain(_ text: String) -> String {
        String(text.map { $0.isASCII && $0 != "\"" && !$0.isNewline && $0 != "\\" ? $0 : " " })
    }
}
