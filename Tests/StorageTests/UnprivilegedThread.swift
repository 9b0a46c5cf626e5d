import Foundation

/// Runs a body as a user who may do nothing that files do not allow everybody.
func onUnprivilegedThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread {
            // The file system's user is a property of the thread; it ends with it.
            for name in ["setfsgid", "setfsuid"] {
                guard let symbol = dlsym(dlopen(nil, RTLD_NOW), name) else { continue }
                _ = unsafeBitCast(symbol, to: (@convention(c) (UInt32) -> Int32).self)(65_534)
            }
            continuation.resume(with: Swift.Result { try body() })
        }
        thread.start()
    }
}
