// SPDX-License-Identifier: Apache-2.0

/// How long a probe's answers hold.
public struct CapabilityExpiry: Sendable, Equatable {
    /// Of `yes` and `no`, in seconds.
    public var known: Double
    /// Of `unknown`, in seconds: asking again may tell.
    public var unknown: Double

    /// 15 minutes by default, an eighth of it for what is unknown.
    public init(known: Double = 900) {
        self.known = known
        unknown = known / 8
    }
}
