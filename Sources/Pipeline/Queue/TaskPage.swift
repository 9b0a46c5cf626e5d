/// The answer to `tasks`.
public struct TaskPage: Sendable, Equatable {
    /// In the order of the list.
    public let elements: [TaskElement]
    public let request: OperatorRequest

    public init(elements: [TaskElement], request: OperatorRequest = .none) {
        self.elements = elements
        self.request = request
    }
}
