internal import HTTPTypes
internal import Hummingbird
internal import Queue
internal import TaskFormat

/// `/metrics`, for Prometheus: what this process has done, and the state of the queue.
struct MetricsRoute {
    private let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: await text())))
        }
    }

    /// What this process has counted is told also if a server is away.
    private func text() async -> String {
        var text = MetricsText()
        text.add(.process)
        let readiness = await site.readiness.report()
        text.addGauge("relocation_redis_up", [([], readiness.isUp("redis.") ? 1 : 0)])
        text.addGauge("relocation_database_up", [([], readiness.isUp("database.") ? 1 : 0)])
        text.addGauge("relocation_database_latency_seconds", [([], readiness.databaseSeconds)])
        text.addGauge("relocation_build_info", [([MetricLabel("version", ToolVersion.current)], 1)])
        // A Redis that is away shows in `relocation_redis_up`.
        if let figures = try? await site.queues.run({ queue in try QueueFigures(queue) }) { figures.add(to: &text) }
        return text.text
    }
}
