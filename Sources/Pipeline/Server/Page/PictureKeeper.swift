internal import Logging
internal import ServiceLifecycle

/// Keeps the picture of Redis ready for those who look, and notes every two seconds how the queues move, so that charts have a past
/// when somebody looks.
struct PictureKeeper: Service {
    let view: RelocationView
    let log: Logger

    private static let pause = Duration.milliseconds(50)
    /// Pauses between two samples.
    private static let sampledEvery = 40

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // The first page need not wait until all relocations are read. If Redis does not answer, it reads them.
            _ = try? await view.current()
            var turn = 0
            while !Task.isCancelled {
                await work(turn)
                turn += 1
                // It ends at once when the server does.
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func work(_ turn: Int) async {
        do {
            if turn.isMultiple(of: Self.sampledEvery) { try await view.sample() }
            try await view.keep()
        } catch {
            // The page itself says that Redis does not answer.
            log.debug("no picture of the queues", metadata: ["error": "\(error)"])
        }
    }
}
