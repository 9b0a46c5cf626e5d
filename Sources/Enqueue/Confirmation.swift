import ArgumentParser
import Glibc

/// Asks before something that cannot be taken back, or that concerns more than one relocation.
enum Confirmation {
    /// Throws unless somebody is there to answer.
    static func needTerminal() throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Without a terminal there is no prompt: add --no-prompt to confirm.")
        }
    }

    /// Whether the operator agrees.
    ///
    /// - Parameters:
    ///   - question: what will happen, in sentences
    ///   - refusal: what is said if the operator does not agree
    static func isGiven(_ question: String, otherwise refusal: String) -> Bool {
        let console = Console(isSilent: false)
        console.draw("\(question)\nProceed? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        if ["y", "yes"].contains(answer) { return true }
        console.say(refusal)
        return false
    }
}
