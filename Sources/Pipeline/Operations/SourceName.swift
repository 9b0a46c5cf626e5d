/// The name under which an export is shown.
public enum SourceName {
    /// The file's own name without its folders; `-` for standard input.
    public static func shown(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
