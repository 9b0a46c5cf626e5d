public import ArgumentParser

/// One setting that a flag gives, or else a variable of the environment: `--drain-wait` and `RELOCATION_DRAIN_WAIT`.
public struct Setting: Sendable {
    /// Without dashes at its front.
    public let flag: String

    public init(_ flag: String) { self.flag = flag }

    /// The pattern that all variables follow.
    public var variable: String { "RELOCATION_" + flag.uppercased().replacing("-", with: "_") }

    /// A whole number within limits: of the flag, of the variable, or the standard one.
    ///
    /// - Parameter unit: for people, with a space before it: ` seconds`
    public func number(
        _ given: Int?, in limits: ClosedRange<Int>, unit: String = "", otherwise standard: Int,
        _ environment: Environment
    ) throws(CommandFailure) -> Int {
        let form = "takes \(limits.lowerBound) to \(limits.upperBound)\(unit)."
        if let given {
            guard limits.contains(given) else { throw CommandFailure(.usage, "--\(flag) \(form)") }
            return given
        }
        guard let text = try environment.value(variable) else { return standard }
        guard let number = Int(text), limits.contains(number) else {
            throw CommandFailure(.usage, "\(variable) \(form)")
        }
        return number
    }

    /// Whether something is wanted: as the flag or its `--no-` form says, or the variable; no if neither does.
    public func isOn(_ given: Bool?, _ environment: Environment) throws(CommandFailure) -> Bool {
        if let given { return given }
        switch try environment.value(variable)?.lowercased() {
        case nil, "0", "false", "no", "off": return false
        case "1", "true", "yes", "on": return true
        default: throw CommandFailure(.usage, "\(variable) takes 1 or 0 (also true, false, yes, no, on, off).")
        }
    }

    /// One of a few words: of the flag, of the variable, or the standard one.
    public func word<Choice: ExpressibleByArgument & CaseIterable & RawRepresentable<String>>(
        _ given: Choice?, otherwise standard: Choice, _ environment: Environment
    ) throws(CommandFailure) -> Choice {
        if let given { return given }
        guard let text = try environment.value(variable) else { return standard }
        guard let choice = Choice(rawValue: text) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "\(variable) takes one of \(choices).")
        }
        return choice
    }
}
