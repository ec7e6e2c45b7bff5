// SPDX-License-Identifier: Apache-2.0

/// Why a check's body ended before its end.
enum CheckStop: Error, Sendable {
    /// The driver does not do what is required.
    case failed(expected: String, seen: String)
    /// A function of the driver does not return.
    case hang(String)
    /// The check does not concern this driver or this kind of target; that says nothing against the driver.
    case notApplicable(String)
    /// The check concerns the driver, but could not be made here.
    case skipped(String)
    /// Nothing is wrong that must be right, but somebody should look.
    case warned(expected: String, seen: String)
    /// The kit itself, or what it runs on, has failed.
    case trouble(String)

    /// A function the interface needs is NULL.
    static func missing(_ slot: String) -> CheckStop {
        .failed(expected: "the driver lists the interface and has its functions", seen: "\(slot) is NULL")
    }
}

/// Fails the check unless the condition holds.
func require(_ condition: Bool, _ expected: String, _ seen: @autoclosure () -> String) throws(CheckStop) {
    guard condition else { throw .failed(expected: expected, seen: seen()) }
}

/// Fails the check unless the call answered OK.
@discardableResult
func requireOK(_ answer: Answer, _ why: String = "") throws(CheckStop) -> Answer {
    guard answer.isOK else {
        throw .failed(expected: "\(answer.operation) answers OK" + (why.isEmpty ? "" : " (\(why))"), seen: answer.text)
    }
    return answer
}
