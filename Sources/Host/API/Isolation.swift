// SPDX-License-Identifier: Apache-2.0

/// Where plugins run.
public enum Isolation: String, Sendable, Codable {
    /// Each in a worker process, which may crash, hang or leak without harm to anything else.
    case process
    /// On threads of the host, for debugging: a plugin that crashes takes the host along.
    case inProcess
}
