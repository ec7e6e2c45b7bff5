// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// What a driver last told about one device, and how it is made to handle it.
public struct DriverReport: Sendable, Equatable, Codable {
    /// The driver's id.
    public var driver: String
    /// When the device answered the probe; nil when it never did.
    public var at: Date?
    public var capabilities: Capabilities
    public var quirks: [AppliedQuirk]
    /// Why the newest probe failed; the capabilities are those of the one before.
    public var failure: DriverAttempt?

    public init(
        driver: String, at: Date? = nil, capabilities: Capabilities = Capabilities(), quirks: [AppliedQuirk] = [],
        failure: DriverAttempt? = nil
    ) {
        self.driver = driver
        self.at = at
        self.capabilities = capabilities
        self.quirks = quirks
        self.failure = failure
    }

    /// Whether what it says about an interface still holds.
    public func isFresh(_ interface: DeviceInterface, at now: Date, _ expiry: CapabilityExpiry) -> Bool {
        guard let at else { return false }
        let limit = capabilities[interface].answer == .unknown ? expiry.unknown : expiry.known
        // A clock that was set back does not make an answer hold for ever.
        return abs(now.timeIntervalSince(at)) < limit
    }
}

/// Which driver of a machine takes a request, or why none does.
public struct Offer: Sendable, Equatable {
    /// The first driver that has it; without one, the first that may have it.
    public var driver: String?
    public var answer: Answer
    /// The evidence of that driver, or of each one that refuses.
    public var reason: String
    /// Drivers that do not take it.
    public var refusals: [DriverAttempt]

    public var isAllowed: Bool { driver != nil }
}

extension Array where Element == DriverReport {
    /// Chooses among a machine's drivers, in their order: the first `yes`, then the first `unknown`.
    public func offer(_ request: DeviceRequest) -> Offer {
        var refusals: [DriverAttempt] = []
        var maybe: (driver: String, verdict: Verdict)?
        for report in self {
            let verdict = report.capabilities.verdict(on: request)
            switch verdict.answer {
            case .yes: return Offer(driver: report.driver, answer: .yes, reason: verdict.reason, refusals: refusals)
            case .unknown: if maybe == nil { maybe = (report.driver, verdict) }
            case .no:
                refusals.append(
                    DriverAttempt(
                        driver: report.driver, status: DriverStatus.unsupported.name, message: verdict.reason))
            }
        }
        if let maybe {
            return Offer(driver: maybe.driver, answer: .unknown, reason: maybe.verdict.reason, refusals: refusals)
        }
        let reason = refusals.map { count > 1 ? "\($0.driver): \($0.message)" : $0.message }
            .joined(separator: "; ")
        return Offer(
            driver: nil, answer: .no, reason: reason.isEmpty ? "the machine has no driver" : reason,
            refusals: refusals)
    }
}
