package import CommandLine
package import ExportFormat
package import Queue
package import TaskFormat

/// The settings of a server.
// More than eight properties: one per setting.
package struct ServerSettings: Sendable {
    package var address: ListenAddress
    package var tokens: AccessTokens
    package var queue: QueueConfiguration
    /// Opens and seals tasks; nil if no key is configured.
    package var payloadKeys: PayloadKeyring?
    /// Opens encrypted tarballs that are sent; nil if there is no key.
    package var opener: TarballOpener?
    /// Where files of relocations with steps are kept; nil: they are not.
    package var files: KeptFiles?
    /// The destination for which Sentry's own API makes relocations.
    package var destinationName = DestinationName.standard
    /// Its database.
    package var destination = DestinationView()
    /// The loops of the worker in this process that hang; none if it only serves.
    package var hangingLoops: @Sendable () -> [String] = { [] }
    /// Asks Redis whether it can be worked with. It blocks.
    package var askRedis: @Sendable () -> [ReadinessItem] = { [] }
    /// The same of the destination's databases.
    package var askDatabase: @Sendable () -> [ReadinessItem] = { [] }

    package init(address: ListenAddress, tokens: AccessTokens, queue: QueueConfiguration) {
        self.address = address
        self.tokens = tokens
        self.queue = queue
    }
}
