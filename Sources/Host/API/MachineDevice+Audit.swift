// SPDX-License-Identifier: Apache-2.0

/// What one driver answered when it was asked to look its device's set-up over.
public struct AuditAnswer: Sendable, Equatable {
    /// The driver's id.
    public var driver: String
    /// The JSON of its reply (docs/driver-json.md, `audit`); nil when it failed.
    public var json: String?
    public var failure: DriverAttempt?

    public init(driver: String, json: String? = nil, failure: DriverAttempt? = nil) {
        self.driver = driver
        self.json = json
        self.failure = failure
    }
}

extension MachineDevice {
    /// The vendor method by which drivers look a device's set-up over; it changes nothing.
    public static let auditMethod = "audit"

    /// Asks every driver that has an audit for it, one after the other.
    ///
    /// - Parameter deadline: for all of them.
    /// - Returns: their answers in their order; none when no driver has an audit. A driver that fails is an answer, too.
    public func audit(operation: String, deadline: Duration) async -> [AuditAnswer] {
        let end = Deadline.after(deadline)
        var answers: [AuditAnswer] = []
        for unit in units {
            guard await unit.report.capabilities.verdict(on: .vendor(method: Self.auditMethod)).answer != .no else {
                continue
            }
            do {
                let reply = try await perform(
                    .vendor(method: Self.auditMethod), end.remaining, only: unit.driver
                ) { device, time in
                    try await device.invoke(
                        method: Self.auditMethod, body: [], operation: operation, deadline: time)
                }
                answers.append(AuditAnswer(driver: unit.driver, json: String(decoding: reply, as: UTF8.self)))
            } catch let error as DriverError where error.status == .unsupported {
                continue
            } catch {
                let known = error as? DriverError ?? DriverError(status: .internal, message: "\(error)")
                answers.append(AuditAnswer(driver: unit.driver, failure: DriverAttempt(unit.driver, known)))
            }
        }
        return answers
    }
}
