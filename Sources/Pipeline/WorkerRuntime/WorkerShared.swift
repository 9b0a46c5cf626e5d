internal import Logging

/// What all slots of a worker share.
struct WorkerShared: Sendable {
    let settings: WorkerSettings
    let keeper: LeaseKeeper
    let gate: SchemaGate
    let vitals: WorkerVitals
    let stop: StopSignal
    let log: Logger
}
