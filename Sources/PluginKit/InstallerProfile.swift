// SPDX-License-Identifier: Apache-2.0

/// How well an installer knows an image.
public struct Detection: Sendable, Equatable {
    /// 0 (not mine) to 100 (certain).
    public var score: Int32
    /// What was recognised, a JSON object.
    public var identity: String

    /// Describes a verdict.
    public init(score: Int32, identity: String) {
        self.score = score
        self.identity = identity
    }
}

/// Knows one family of operating system installations (`ingot.installer/1`).
///
/// All functions are pure: no network, no device, and the same input gives the same bytes.
public protocol InstallerProfile: Sendable {
    /// Looks at an image with bounded reads.
    func detect(_ image: borrowing ImageSource, _ call: borrowing Call) throws(PluginError) -> Detection

    /// Makes the boot and answer files for one machine and emits them as `boot/…` and `answer/…`.
    func render(_ image: borrowing ImageSource, request json: String, _ call: borrowing Call) throws(PluginError)

    /// Translates a report from the installation environment and emits it as `phase`.
    func event(report json: String, _ call: borrowing Call) throws(PluginError)
}
