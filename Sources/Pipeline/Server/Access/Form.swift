internal import Foundation
package import Hummingbird
internal import HTTPTypes

/// The fields of a form that a browser has sent.
package struct Form: Sendable {
    private let fields: [(name: String, value: String)]

    /// Reads the body, which stays readable.
    ///
    /// - Parameter maxBytes: throws `Problem.tooLarge` for more
    package init(_ request: inout Request, maxBytes: Int = 64 << 10) async throws {
        self.init(try await request.text(upTo: maxBytes))
    }

    /// Of a query or a body: `a=1&b=two+words`
    package init(_ text: String) {
        fields = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count == 2 ? Self.decoded(parts[1]) : "")
        }
    }

    /// The first field of this name.
    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// All fields of this name, in order.
    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    package var names: [String] { fields.map(\.name) }

    private static func decoded(_ text: Substring) -> String {
        let spaced = String(text).replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }
}

extension Request {
    /// The body as text. It stays readable.
    mutating func text(upTo maxBytes: Int) async throws -> String {
        let length = headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= maxBytes else { throw Problem.tooLarge(maxBytes) }
        do {
            return String(buffer: try await collectBody(upTo: maxBytes))
        } catch {
            throw Problem.tooLarge(maxBytes)
        }
    }

    /// The parameters of the address.
    package var parameters: Form { Form(uri.query.map { String($0) } ?? "") }
}
