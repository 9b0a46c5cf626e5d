package import HTTPTypes
package import Hummingbird
internal import NIOCore
package import Reporting

extension Response {
    /// An answer in JSON, as the command line prints it.
    package static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        json(value.prettyText, status: status)
    }

    /// - Parameter text: without a final line end
    package static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
