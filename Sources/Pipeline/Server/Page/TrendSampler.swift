internal import Logging
internal import ServiceLifecycle

/// Notes every two seconds how the queues move, so that charts have a past when somebody looks.
struct TrendSampler: Service {
    let view: RelocationView
    let log: Logger

    private static let pause = Duration.seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // The first page need not wait until all relocations are read. If Redis does not answer, it reads them.
            _ = try? await view.current()
            while !Task.isCancelled {
                do { try await view.sample() } catch {
                    // The page itself says that Redis does not answer.
                    log.debug("no sample for charts", metadata: ["error": "\(error)"])
                }
                // It ends at once when the server does.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
