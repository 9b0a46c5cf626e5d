internal import Flow
internal import HTTPTypes
internal import Hummingbird
internal import Reporting

/// A refusal in the words of Sentry's own API, sent as it is.
struct ReferenceRefusal: Error, Sendable {
    let status: HTTPResponse.Status
    let body: JSONValue

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.status = status
        body = .object(["detail": .text(detail)])
    }

    /// What is wrong with a form's fields.
    init(fields: [String: [String]]) {
        status = .badRequest
        body = .object(fields.mapValues { .list($0.map(JSONValue.text)) })
    }

    static let ownerIsBusy = ReferenceRefusal(.conflict, FlowReason.ownerIsBusy)
    static let disabled = ReferenceRefusal(.forbidden, disabledText)
    static let keyDisabled = ReferenceRefusal(.badRequest, disabledText)
    private static let disabledText = "This feature is not yet enabled"
}

/// Answers in the reference's form: a `detail` alone, and 400 for what the state forbids.
struct ReferenceAnswers: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let refusal as ReferenceRefusal {
            return .json(refusal.body, status: refusal.status)
        } catch {
            let problem = Problem(error)
            let status = problem.status == .conflict ? .badRequest : problem.status
            var response = Response.json(.object(["detail": .text(Self.detail(problem, request))]), status: status)
            for header in problem.headers { response.headers[header.name] = header.value }
            return response
        }
    }

    private static func detail(_ problem: Problem, _ request: Request) -> String {
        switch problem.status {
        case .unauthorized: "Authentication credentials were not provided."
        case .forbidden: "You do not have permission to perform this action."
        case .notFound: "The requested resource does not exist"
        case .methodNotAllowed: "Method \"\(request.method.rawValue)\" not allowed."
        default: problem.detail
        }
    }
}
