internal import HTTPTypes
internal import Reporting

/// One thing that the API can be asked for.
struct OpenAPIOperation: Sendable {
    struct Parameter: Sendable {
        let name: String
        let place: String
        let schema: OpenAPISchema
        let isRequired: Bool

        static func query(_ name: String, _ schema: OpenAPISchema, isRequired: Bool = false) -> Parameter {
            Parameter(name: name, place: "query", schema: schema, isRequired: isRequired)
        }

        static func path(_ name: String, _ schema: OpenAPISchema) -> Parameter {
            Parameter(name: name, place: "path", schema: schema, isRequired: true)
        }
    }

    enum Body: Sendable {
        case json([String: OpenAPISchema], required: [String] = [])
        case file
        /// - Parameter optional: further files
        case form(files: [String], texts: [String], optional: [String] = [])
        /// A file alone, or a form.
        case fileOrForm(optional: [String])
    }

    let name: String
    let summary: String
    var answer: OpenAPISchema
    /// Of the answer.
    var types = ["application/json"]
    var parameters: [Parameter] = []
    var body: Body?
    /// Of all answers; 200 if there is none below 300.
    var statuses: Set<Int> = [400, 401, 502, 503]

    init(_ name: String, _ summary: String, _ answer: OpenAPISchema) {
        self.name = name
        self.summary = summary
        self.answer = answer
    }

    static func look(_ name: String, _ summary: String, _ answer: OpenAPISchema) -> OpenAPIOperation {
        OpenAPIOperation(name, summary, answer)
    }

    /// Of one relocation.
    static func view(_ name: String, _ summary: String, _ answer: OpenAPISchema) -> OpenAPIOperation {
        var view = OpenAPIOperation(name, summary, answer)
        // The first digits are enough.
        view.parameters = [.path("id", .pattern("^[0-9a-fA-F-]{1,36}$"))]
        view.statuses.formUnion([404, 409])
        return view
    }

    /// On one relocation. It answers 202 if a worker is yet to do it.
    static func action(_ name: String, _ summary: String, _ members: [String: OpenAPISchema]) -> OpenAPIOperation {
        var action = view(name, summary, .named("Status"))
        action.body = .json(members)
        action.statuses.formUnion([202, 403, 413, 422])
        return action
    }

    /// On a worker or a destination.
    static func other(_ name: String, _ summary: String) -> OpenAPIOperation {
        var other = OpenAPIOperation(name, summary, .object())
        other.parameters = [.path("name", .pattern("^[A-Za-z0-9._:-]{1,64}$"))]
        other.statuses.formUnion([202, 403, 404])
        return other
    }

    var value: JSONValue {
        var members: [String: JSONValue] = [
            "operationId": .text(name), "summary": .text(summary), "responses": .object(responses),
        ]
        if !parameters.isEmpty { members["parameters"] = .list(parameters.map(\.value)) }
        if let body { members["requestBody"] = body.value }
        return .object(members)
    }

    private var responses: [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: statuses.union([200]).map { ("\($0)", response($0)) })
    }

    private func response(_ status: Int) -> JSONValue {
        let isProblem = status >= 400
        return .object([
            "description": .text(HTTPResponse.Status(integerLiteral: status).reasonPhrase),
            "content": .object(isProblem ? ["application/problem+json": Self.content(.named("Problem"))] : contents),
        ])
    }

    /// Only JSON has the schema, if there are other types besides.
    private var contents: [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: types.map { ($0, Self.content($0 == types[0] ? answer : .text)) })
    }

    private static func content(_ schema: OpenAPISchema) -> JSONValue {
        .object(["schema": schema.value])
    }
}

extension OpenAPIOperation.Parameter {
    fileprivate var value: JSONValue {
        .object([
            "name": .text(name), "in": .text(place), "required": .flag(isRequired), "schema": schema.value,
        ])
    }
}

extension OpenAPIOperation.Body {
    fileprivate var value: JSONValue {
        switch self {
        case .file: .object(["required": .flag(true), "content": .object(Self.bare)])
        case .form(let files, let texts, let optional):
            .object(["required": .flag(true), "content": .object(Self.form(files, texts, optional))])
        case .fileOrForm(let optional):
            .object([
                "required": .flag(true),
                "content": .object(Self.bare.merging(Self.form([UploadedForm.fileName], [], optional)) { $1 }),
            ])
        case .json(let members, let required):
            .object([
                "required": .flag(!required.isEmpty),
                "content": .object([
                    "application/json": .object(["schema": OpenAPISchema.closed(members, required: required).value])
                ]),
            ])
        }
    }

    private static let bare: [String: JSONValue] = ["application/octet-stream": .object(["schema": .object([:])])]

    private static func form(_ files: [String], _ texts: [String], _ optional: [String]) -> [String: JSONValue] {
        var members: [String: OpenAPISchema] = [:]
        for name in files + optional { members[name] = .bytes }
        for name in texts { members[name] = .text }
        let schema = OpenAPISchema.closed(members, required: files + texts)
        return ["multipart/form-data": .object(["schema": schema.value])]
    }
}
