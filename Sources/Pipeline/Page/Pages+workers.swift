internal import Queue
internal import Reporting

extension Pages {
    static func workers(_ workforce: Workforce, _ viewer: Viewer) -> Fields {
        let report = WorkersReport(workforce)
        let alive = workforce.workers.filter { !workforce.isGone($0) }.count
        return [
            "summary": "\(Figures.count(alive)) alive", "hasWorkers": !workforce.workers.isEmpty,
            "canAct": viewer.canAct, "workers": workforce.workers.map { fields($0, report) },
        ]
    }

    private static func fields(_ worker: WorkerEntry, _ report: WorkersReport) -> Fields {
        let workforce = report.workforce
        return [
            "name": worker.name, "state": words(worker, report).fields,
            "trouble": optional(PlainText.line(worker.trouble)),
            "destination": worker.destinationName, "places": Figures.count(worker.concurrency, "slot"),
            "version": worker.version,
            "sign": Figures.age(worker.heartbeatAt, now: workforce.now) + " ago",
            "slots": worker.slots.map { slot -> Fields in
                [
                    "uuid": slot.uuid, "short": String(slot.uuid.prefix(8)), "task": PlainText.line(slot.task),
                    "time": ProgressBar.duration(Int(slot.milliseconds / 1_000)),
                ]
            },
            "action": action(worker, isGone: workforce.isGone(worker)),
        ]
    }

    private static func words(_ worker: WorkerEntry, _ report: WorkersReport) -> StateWords {
        let words = report.state(worker)
        let text = words.prefix(1).uppercased() + words.dropFirst()
        if report.workforce.isGone(worker) { return StateWords(text, "red square") }
        if !worker.trouble.isEmpty || worker.isQuiet || worker.isStopping { return StateWords(text, "amber") }
        return StateWords(text, worker.slots.isEmpty ? "grey open" : "green")
    }

    private static func action(_ worker: WorkerEntry, isGone: Bool) -> Any {
        guard !isGone, !worker.isStopping else { return false }
        let action: WorkerAction = worker.isQuiet ? .wake : .quiet
        return [
            "address": PageAddress.ask(action, worker.name), "label": action.label, "name": worker.name,
        ] as Fields
    }
}
