// SPDX-License-Identifier: Apache-2.0

/// What a run says about profiles and interfaces.
public struct Verdict: Sendable, Equatable {
    /// What keeps a profile or an interface from being earned; earned when there is nothing.
    public struct Finding: Sendable, Equatable {
        public let name: String
        public let isEarned: Bool
        public let reasons: [String]
    }

    /// The profile that was claimed on the command line, as it is named in the certificate.
    public let claimed: String?
    /// Whether the claimed profile was earned; without a claim, whether no MUST failed.
    public let isEarned: Bool
    public let reasons: [String]
    /// Every profile the driver's interfaces allow.
    public let profiles: [Finding]
    public let interfaces: [Finding]

    init(_ report: Report) {
        let interfaces = report.plugin?.interfaces ?? []
        let without = report.options.without
        self.interfaces = interfaces.sorted().filter { $0 != "driver" }.map { name in
            let own = report.results.filter { $0.check.interfaces.contains(name) }
            let reasons = Self.reasons(own)
            return Finding(name: name, isEarned: reasons.isEmpty && !own.isEmpty, reasons: reasons)
        }
        if let profile = report.options.profile {
            let reasons = Self.reasons(profile, without, report, interfaces)
            claimed = Self.name(profile, without)
            self.reasons = reasons
            isEarned = reasons.isEmpty
            profiles = [Finding(name: Self.name(profile, without), isEarned: isEarned, reasons: reasons)]
        } else {
            claimed = nil
            let failures = report.results.filter { $0.outcome.isFailure && $0.check.level == .must }
            reasons = failures.map { "\($0.check.id): \($0.outcome.kind.rawValue)" }
            isEarned = failures.isEmpty
            profiles = Profile.allCases.compactMap { profile in
                guard profile.interfaces.contains(where: { interfaces.contains($0) && $0 != "driver" }) else {
                    return nil
                }
                let reasons = Self.reasons(profile, [], report, interfaces)
                return Finding(name: profile.rawValue, isEarned: reasons.isEmpty, reasons: reasons)
            }
        }
    }

    /// Such as `lifecycle without firmware`.
    static func name(_ profile: Profile, _ without: Set<String>) -> String {
        without.isEmpty ? profile.rawValue : "\(profile.rawValue) without \(without.sorted().joined(separator: ", "))"
    }

    private static func reasons(
        _ profile: Profile, _ without: Set<String>, _ report: Report, _ interfaces: Set<String>
    ) -> [String] {
        var reasons: [String] = []
        for name in profile.interfaces where !interfaces.contains(name) && !without.contains(name) {
            reasons.append("the driver has no interface \(name)")
        }
        let alternatives = Set(profile.alternatives).subtracting(without)
        if !alternatives.isEmpty, alternatives.isDisjoint(with: interfaces) {
            reasons.append("the driver has none of \(alternatives.sorted().joined(separator: ", "))")
        }
        if report.options.target == .none, profile != .profilePack {
            reasons.append("no --target was given, so no device was driven")
        }
        if !report.options.only.isEmpty { reasons.append("only some checks were made (--only)") }
        return reasons + Self.reasons(report.results.filter { profile.covers($0.check, without: without) })
    }

    private static func reasons(_ results: [CheckResult]) -> [String] {
        results.compactMap { result in
            guard result.check.level == .must else { return nil }
            switch result.outcome.kind {
            case .pass, .warn, .notApplicable: return nil
            case .fail, .crash, .hang: return "\(result.check.id): \(result.outcome.kind.rawValue)"
            case .knownFail: return "\(result.check.id): fails, which is known"
            case .skip: return "\(result.check.id): skipped (\(result.outcome.reason ?? "no reason"))"
            }
        }
    }
}
