/// Arithmetic on numbers of unknown origin: a result that would overflow becomes the nearest limit.
extension FixedWidthInteger where Self: SignedInteger {
    package func saturatedAdding(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        guard overflows else { return sum }
        return other < 0 ? .min : .max
    }

    package func saturatedSubtracting(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference }
        return other < 0 ? .max : .min
    }

    package mutating func addSaturated(_ other: Self) { self = saturatedAdding(other) }
}
