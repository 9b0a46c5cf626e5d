package import EventFormat

/// Where the messages about saved events go.
package protocol EventSink: AnyObject {
    /// Hands messages over, in this order, and returns when all of them are safe. May be called again with the same ones.
    ///
    /// - Throws: ``SinkError`` if the sink is away; nothing is known then of the messages.
    func publish(_ messages: [SinkMessage]) throws(SinkError)
}

/// A sink that does not take messages now.
package struct SinkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Safe to show: no payload.
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A sink that keeps nothing.
package final class NoSink: EventSink {
    package init() {}
    package func publish(_ messages: [SinkMessage]) {}
}
