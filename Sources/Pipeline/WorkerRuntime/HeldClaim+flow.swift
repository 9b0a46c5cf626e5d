import Queue
import Steps

extension HeldClaim {
    /// Removes a task of a relocation with steps, and tells how new the destination's record is that holds its effects.
    func acknowledgeTask() throws -> Acknowledgement {
        let changed = Int(recordMark.known)
        let answer = try FlowMetrics.timed(.acknowledge) {
            try queue.acknowledge(claim, tasks: 1, recordChanged: changed - recordChanged)
        }
        recordChanged = changed
        return answer
    }
}
