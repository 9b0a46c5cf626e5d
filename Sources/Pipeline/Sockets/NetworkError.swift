/// Why a peer cannot be talked to. Safe to show: never a message, a password or a key.
package struct NetworkError: Error, Equatable {
    package enum Kind: Sendable {
        /// No connection could be made, or it was lost.
        case unreachable
        /// The peer is not who it says, or does not speak TLS.
        case untrusted
        /// The peer says what the protocol does not allow.
        case malformed
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
