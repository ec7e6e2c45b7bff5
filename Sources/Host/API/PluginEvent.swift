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
        /// The call that killed a worker was found among those that were in flight, or was not.
        case culprit
        /// A device that killed or blocked a worker again and again gets no calls for a while.
        case fenced
        /// Another library of the plugin, or a new worker of the same, takes the calls from now on.
        case upgraded
        /// Another library was tried and is not used.
        case rolledBack
        /// Something that a worker should keep its plugin to is not in force on this system.
        case unconfined
    }

    public var kind: Kind
    /// The plugin's id.
    public var plugin: String
    /// The worker's process, when one is concerned.
    public var pid: Int32?
    /// The device whose call it was, when that is known.
    public var device: String?
    /// The function of that call, such as `power.get`.
    public var function: String?
    /// The whole story in one line, beginning with `plugin <id>:`; holds no secrets.
    public var message: String
}
