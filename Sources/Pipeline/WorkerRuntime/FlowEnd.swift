/// How a relocation with steps stops, for its record in the destination.
enum FlowEnd {
    case paused
    case cancelled
    /// For this reason.
    case failed(String)
}
