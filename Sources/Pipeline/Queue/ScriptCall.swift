/// One run of a script.
struct ScriptCall {
    let script: Script
    let keys: [String]
    let arguments: [RedisArgument]

    func command(_ verb: String, _ text: String) -> [RedisArgument] {
        [.text(verb), .text(text), .number(keys.count)] + keys.map(RedisArgument.text) + arguments
    }
}
