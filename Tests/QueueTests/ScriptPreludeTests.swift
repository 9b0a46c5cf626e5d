import Testing

@testable import Queue

@Suite struct ScriptPreludeTests {
    private let prelude = ScriptPrelude(
        """
        local limit, other = 4, 5
        -- The first. It mentions third.
        local function first() return limit end

        -- The second,
        -- in two lines.
        local function second()
          return first()
        end

        local function third() return second() end

        """)

    @Test func aScriptGetsWhatItNames() {
        let text = prelude.needed(by: "return second()")
        #expect(
            text == """
                local limit, other = 4, 5
                -- The first. It mentions third.
                local function first() return limit end

                -- The second,
                -- in two lines.
                local function second()
                  return first()
                end


                """)
    }

    @Test func aScriptThatNamesNothingGetsNothing() {
        #expect(prelude.needed(by: "-- Not the second.\nreturn firstly(thirds)").isEmpty)
    }

    @Test func scriptsOfTheQueueHoldWhatTheyNeedAndNoMore() {
        #expect(Script.acknowledge.text.contains("local function stale"))
        #expect(!Script.acknowledge.text.contains("local function uploadLost"))
        #expect(Script.push.text.contains("local function uploadLost"))
    }
}
