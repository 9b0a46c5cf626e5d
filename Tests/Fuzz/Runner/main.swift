import Foundation
import FuzzTargets

#if LIBFUZZER
    import CLibFuzzer
#endif

/// Ends the program with a message on standard error.
func end(_ words: String, _ code: Int32) -> Never {
    FileHandle.standardError.write(Data((words + "\n").utf8))
    exit(code)
}

// relocation-fuzz TARGET [files, folders and options]: fuzzes where it was built with libFuzzer, which takes the rest
// of the arguments; otherwise it feeds the files.
guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
    end("usage: relocation-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) …", 64)
}

#if LIBFUZZER
    FuzzTarget.chosen = target
    var count = CommandLine.argc - 1
    // Keeps the program's name and removes the target's.
    CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(
        LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            FuzzTarget.chosen.run(UnsafeRawBufferPointer(start: data, count: size))
            return 0
        })
#else
    for path in CommandLine.arguments.dropFirst(2) {
        guard let bytes = FileManager.default.contents(atPath: path) else { end("\(path) cannot be read", 66) }
        bytes.withUnsafeBytes(target.run)
    }
#endif
