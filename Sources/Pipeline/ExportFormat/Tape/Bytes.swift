import Glibc

extension Array where Element == UInt8 {
    /// The bytes in place, for a body that throws one kind of error.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = withUnsafeBufferPointer { bytes in
            do throws(Failure) {
                return .success(try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the same bytes. An empty text on a tape has an address, too.
    @inline(__always)
    func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count, let baseAddress, let start = other.baseAddress else { return false }
        return memcmp(baseAddress, start, count) == 0
    }

    /// Whether these are the bytes of a constant. The constant is not empty.
    @inline(__always)
    package func equals(_ constant: StaticString) -> Bool {
        guard count == constant.utf8CodeUnitCount, let baseAddress else { return false }
        return memcmp(baseAddress, constant.utf8Start, count) == 0
    }
}
