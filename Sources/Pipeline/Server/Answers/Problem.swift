package import CommandLine
package import HTTPTypes
package import Hummingbird
internal import NIOCore
package import Reporting

/// Why a request is refused, as `application/problem+json` (RFC 9457) tells it.
package struct Problem: HTTPResponseError, Sendable {
    package let status: HTTPResponse.Status
    /// What happened, and what to do about it.
    package let detail: String
    /// What helps, and the command that does; nil if the detail says all.
    package var next: String?
    /// How the same would end a command; nil if no command could meet it.
    package var exitCode: Int32?
    private(set) var headers: HTTPFields = [:]

    package init(_ status: HTTPResponse.Status, _ detail: String, next: String? = nil) {
        self.status = status
        self.detail = detail
        self.next = next
    }

    /// The refusal that any error is. One that nobody knows tells its type only: its text may hold secrets.
    package init(_ error: any Error) {
        if let problem = error as? Problem {
            self = problem
        } else if let failure = CommandFailure(ending: error) {
            self.init(failure)
        } else if let error = error as? HTTPError {
            self.init(error.status, error.body ?? error.status.reasonPhrase)
        } else {
            self.init(.internalServerError, "Unexpected error of type \(type(of: error)).")
        }
    }

    package init(_ failure: CommandFailure) {
        self.init(failure.status.httpStatus, failure.message, next: failure.next)
        exitCode = failure.status.rawValue
        if failure.status == .tryAgain { headers[.retryAfter] = "5" }
    }

    package var value: JSONValue {
        .object([
            "type": .text("about:blank"), "title": .text(status.reasonPhrase), "status": JSONValue(status.code),
            "detail": .text(detail), "next": next.map(JSONValue.text) ?? .null,
            "exitCode": exitCode.map { JSONValue(Int($0)) } ?? .null,
        ])
    }

    package func response(from request: Request, context: some RequestContext) -> Response {
        var response = Response.json(value, status: status)
        response.headers[.contentType] = "application/problem+json"
        for header in headers { response.headers[header.name] = header.value }
        return response
    }
}

extension CommandExit {
    /// What a command's end is for the one who has sent a request.
    var httpStatus: HTTPResponse.Status {
        switch self {
        case .success: .ok
        // The request is understood, and the state of things forbids it.
        case .failure, .usage: .conflict
        case .badData: .unprocessableContent
        case .noInput: .notFound
        case .unavailable, .tryAgain, .interrupted: .serviceUnavailable
        case .internalError: .internalServerError
        case .cannotCreate: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        // A server behind this one refuses.
        case .noPermission, .badSchema: .badGateway
        }
    }
}

extension Problem {
    static let unauthenticated: Problem = {
        var problem = Problem(.unauthorized, "Give a token of this server: Authorization: Bearer TOKEN.")
        problem.headers[.wwwAuthenticate] = "Bearer"
        return problem
    }()
    static let readOnly = Problem(.forbidden, "This token may look only: acting needs the operators' token.")
    static let foreignForm = Problem(
        .forbidden,
        "This request does not come from a form of this page, or the session has ended: load the page again.")
    static let notFound = Problem(.notFound, "There is nothing at this address.")

    /// - Parameter allowed: the methods that the address knows
    static func wrongMethod(_ allowed: String) -> Problem {
        var problem = Problem(.methodNotAllowed, "This address knows \(allowed) only.")
        problem.headers[.allow] = allowed
        return problem
    }

    static func tooLarge(_ maxBytes: Int) -> Problem {
        Problem(.contentTooLarge, "The request is too large: it may have \(maxBytes) bytes.")
    }

    static func badRequest(_ detail: String) -> Problem { Problem(.badRequest, detail) }

    static let busy = tryLater("The server has too much to do: try again later.", seconds: 1)

    /// - Parameter seconds: after which it may be tried again
    static func tryLater(_ detail: String, seconds: Int) -> Problem {
        var problem = Problem(.serviceUnavailable, detail)
        problem.headers[.retryAfter] = "\(seconds)"
        return problem
    }
}
