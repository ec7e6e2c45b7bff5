// SPDX-License-Identifier: Apache-2.0

/// Something an operator may want to know about a plugin.
public struct PluginEvent: Sendable {
    public enum Kind: String, Sendable, Codable {
        /// A directory, manifest or library is not acceptable.
        case refused
        /// A worker serves.
        case started
        /// A worker could not be started, or its library not be loaded.
        case failed
        /// A worker died by itself.
        case crashed
        /// A worker did not return from a call in time and is replaced.
        case hung
        /// A worker sent more than it may and is replaced.
        case flooded
        /// The plugin crashed too often and is out of use.
        case quarantined
        /// A worker ended because the host asked it to.
        case stopped
    }

    public var kind: Kind
    /// The plugin's id.
    public var plugin: String
    /// The worker's process, when one is concerned.
    public var pid: Int32?
    /// The whole story in one line, beginning with `plugin <id>:`; holds no secrets.
    public var message: String
}
