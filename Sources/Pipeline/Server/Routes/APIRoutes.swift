internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting

/// `/api/v1`: what the command line can do, in the JSON that it prints.
struct APIRoutes {
    private let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: RouterGroup<ServerContext>) {
        let api = router.group("api/v1")
        ListRoute(site).add(to: api)
        ViewRoutes(site).add(to: api)
        ActionRoutes(site).add(to: api)
        UploadRoute(site).add(to: api)
        FurtherJobRoutes(site).add(to: api)
        DSNRoute(site).add(to: api)
        EventRoutes(site).add(to: api)
        FileToolRoutes(site).add(to: api)
        api.get("openapi.json") { _, _ in Response.json(OpenAPIDocument.value) }
        refuseOtherMethods(router)
    }

    private static let allMethods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, HTTPRequest.Method("QUERY") ?? .get,
    ]

    /// Says which methods an address knows.
    private func refuseOtherMethods(_ router: RouterGroup<ServerContext>) {
        for (path, known) in OpenAPIDocument.methods {
            for method in Self.allMethods where !known.contains(method.rawValue) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw Problem.wrongMethod(known.joined(separator: ", "))
                }
            }
        }
    }
}

extension ServerContext {
    /// The relocation that the address names.
    func relocation() throws(Problem) -> RelocationReference {
        guard let reference = parameters.get("id").flatMap(RelocationReference.init) else {
            throw Problem(.notFound, "This is not a UUID, nor the first digits of one.")
        }
        return reference
    }

    /// Throws a problem for a text that is no name of a destination.
    func destination() throws(Problem) -> DestinationName {
        do { return try DestinationName(parameters.get("name") ?? "") } catch { throw .badRequest(error.description) }
    }
}
