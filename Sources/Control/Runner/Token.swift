// SPDX-License-Identifier: Apache-2.0

/// One-time words that let a boot or a greeting in.
public enum Token {
    /// Characters of a token.
    public static let length = 64

    /// 32 random bytes from the system, as 64 hex digits.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let word = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }.joined()
    }

    /// Compares without telling by its time how much was right.
    public static func equal(_ left: String, _ right: String) -> Bool {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension JobEvent {
    /// The event as it may be shown: tokens replaced.
    var redacted: JobEvent {
        switch self {
        case .start: .start(token: "", helloToken: "")
        case .retry: .retry(token: "", helloToken: "")
        case .observed(.agentBegan(let bootID, _)): .observed(.agentBegan(bootID: bootID, token: ""))
        case .outcome(let effect, .rendered(let rendered)):
            .outcome(
                effect: effect,
                .rendered(RenderedBoot(kernel: rendered.kernel, initrd: rendered.initrd, commandLine: "", answers: [:]))
            )
        default: self
        }
    }
}
