internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Page
internal import Reporting
internal import ServiceLifecycle
internal import Synchronization

extension Response {
    /// - Parameter viewer: nil before the sign-in
    static func page(_ page: Page, _ viewer: Viewer?, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .vary: "Accept, Cookie"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: page.html(for: viewer))))
    }

    /// A stream of server-sent events, one per part that has changed, until the server ends, the browser goes or some
    /// minutes have passed: then the browser asks again, and its session is looked at again.
    static func parts(_ make: @escaping @Sendable () async throws -> Page) -> Response {
        let body = ResponseBody { writer in
            var stream = PartStream()
            for await _ in PartStream.rounds.cancelOnGracefulShutdown() {
                let text = await stream.next(make)
                if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream", .vary: "Accept, Cookie"], body: body)
    }
}

/// What one browser has seen of a page.
private struct PartStream {
    private var seen: [String: String] = [:]
    private var silentFor = 0

    private static let (pause, limit) = (Duration.seconds(1), 600)
    /// Rounds without a change after which a comment shows whether the browser is still there.
    private static let silentRounds = 15

    /// A beat at once, then one a second, up to the limit.
    static var rounds: AsyncStream<Void> {
        let count = Mutex(0)
        return AsyncStream {
            let round = count.withLock { count in
                count += 1
                return count
            }
            // The stream ends when its task does.
            if round > 1 { try? await Task.sleep(for: pause) }
            return round > limit || Task.isCancelled ? nil : ()
        }
    }

    /// Events for the parts that have changed; a comment now and then if none have, or if Redis does not answer.
    mutating func next(_ make: () async throws -> Page) async -> String {
        // The page shows what it has until Redis answers again.
        let parts = (try? await make().parts) ?? []
        let changed = parts.filter { seen[$0.id] != $0.html }
        for part in changed { seen[part.id] = part.html }
        silentFor = changed.isEmpty ? silentFor + 1 : 0
        if changed.isEmpty, silentFor.isMultiple(of: Self.silentRounds) { return ": nothing new\n\n" }
        return changed.map(Self.event).joined()
    }

    private static func event(_ part: Page.Part) -> String {
        let value = JSONValue.object(["id": .text(part.id), "html": .text(part.html)])
        return "event: part\ndata: \(value.lineText)\n\n"
    }
}
