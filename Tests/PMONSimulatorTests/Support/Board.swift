// SPDX-License-Identifier: Apache-2.0
@testable import PMONSimulator

/// A firmware with a clock that a test winds.
struct Board {
    var firmware: PMONFirmware
    private(set) var now: Duration = .zero
    private(set) var output: [UInt8] = []
    /// What was asked of the outside, without what was printed.
    private(set) var effects: [PMONEffect] = []

    init(_ adjust: (inout PMONSettings) -> Void = { _ in }, environment: PMONEnvironment = PMONEnvironment()) {
        var settings = PMONSettings()
        settings.powerOnGarbage = 0
        adjust(&settings)
        firmware = PMONFirmware(settings: settings, environment: environment)
    }

    var text: String { String(decoding: output, as: UTF8.self).replacing("\r\n", with: "\n") }

    mutating func handle(_ input: PMONInput) {
        for effect in firmware.handle(input, at: now) {
            if case .print(let bytes) = effect { output += bytes } else { effects.append(effect) }
        }
    }

    /// Lets time pass, with a tick at each deadline.
    mutating func wait(_ time: Duration) {
        let end = now + time
        while let next = firmware.nextDeadline, next <= end {
            now = max(now, next)
            handle(.tick)
        }
        now = end
    }

    mutating func type(_ text: String) { handle(.typed(Array(text.utf8))) }

    /// Types a line, and what was printed from then on.
    mutating func command(_ line: String) -> String {
        let before = output.count
        type(line + "\r")
        return String(decoding: output[before...], as: UTF8.self).replacing("\r\n", with: "\n")
    }

    /// Answers the fetch that waits.
    mutating func fetched(_ result: Result<[UInt8], PMONFetchError>) -> String {
        let before = output.count
        if case .fetch(let fetch)? = effects.last { handle(.fetched(fetch.number, result)) }
        return String(decoding: output[before...], as: UTF8.self).replacing("\r\n", with: "\n")
    }

    /// A board at its prompt.
    static func atPrompt(_ adjust: (inout PMONSettings) -> Void = { _ in }) -> Board {
        var board = Board(adjust)
        board.handle(.powerOn)
        board.wait(.seconds(4))
        board.type("x")
        board.wait(.seconds(1))
        return board
    }
}
