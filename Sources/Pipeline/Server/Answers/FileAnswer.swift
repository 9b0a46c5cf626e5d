internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Queue

/// A file that is made for one request and sent as its answer, piece by piece.
struct FileAnswer: Sendable {
    private let spool: Spool
    private let type: String

    private static let pieceBytes = 256 << 10

    init(_ spool: Spool, type: String) { (self.spool, self.type) = (spool, type) }

    var response: Response {
        let (spool, total) = (spool, spool.bytes)
        let body = ResponseBody(contentLength: total) { writer in
            let reader = SpoolReader(spool)
            var sent = 0
            while sent < total {
                let piece = try await reader.read(at: sent, upTo: min(Self.pieceBytes, total - sent))
                guard !piece.isEmpty else { break }
                sent += piece.count
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: type, .contentLength: "\(total)"], body: body)
    }
}

/// Reading from a disk blocks.
private actor SpoolReader {
    private let executor = BlockingExecutor(label: "relocation.http.answer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let spool: Spool

    init(_ spool: Spool) { self.spool = spool }

    func read(at offset: Int, upTo count: Int) throws -> [UInt8] { try spool.read(at: offset, upTo: count) }
}
