package import Hummingbird
internal import NIOCore
package import Operations

/// What is known of a request on its way through the routes.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Who asks; nil where nobody needs to say so.
    package var caller: Caller?
    /// Where the request comes from.
    package let address: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? ""
    }

    /// Who acts, for histories: `http:operator@10.0.0.7`.
    package var actor: Operator { Operator(name: "http:\(caller?.role.rawValue ?? "nobody")", host: address) }
}
