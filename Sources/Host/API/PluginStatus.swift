// SPDX-License-Identifier: Apache-2.0

/// A plugin directory as the host sees it now, refused ones included.
public struct PluginStatus: Sendable, Codable {
    /// What the host does with the plugin.
    public enum State: Sendable, Hashable, Codable {
        /// Known by its manifest; nothing of it was loaded yet.
        case discovered
        /// Its worker is being started.
        case starting
        /// Its worker serves.
        case running
        /// Its worker crashed; a new one starts this many milliseconds from now, when it is needed.
        case restarting(milliseconds: Int)
        /// The library could not be loaded, for this reason; tried again when needed.
        case failed(reason: String)
        /// It crashed too often, as described; stays out of use until its library is replaced.
        case quarantined(reason: String)
        /// Its directory, manifest or library is not acceptable, for this reason.
        case refused(reason: String)

        /// One word: `discovered`, `starting`, `running`, `restarting`, `failed`, `quarantined` or `refused`.
        public var name: String {
            switch self {
            case .discovered: "discovered"
            case .starting: "starting"
            case .running: "running"
            case .restarting: "restarting"
            case .failed: "failed"
            case .quarantined: "quarantined"
            case .refused: "refused"
            }
        }

        /// Why the plugin cannot be used, if so.
        public var reason: String? {
            switch self {
            case .failed(let reason), .quarantined(let reason), .refused(let reason): reason
            case .discovered, .starting, .running, .restarting: nil
            }
        }
    }

    /// The manifest's id; for a refused manifest that has none, the directory's name.
    public var id: String
    /// The directory the manifest stands in.
    public var directory: String
    /// What the manifest says; nil when it could not be read.
    public var manifest: PluginManifest?
    public var state: State
    /// The worker's process, when there is one.
    public var pid: Int32?
    /// Workers that died by themselves since the host started.
    public var crashes: Int
    /// Workers started in place of another one.
    public var restarts: Int
    /// How the last worker that failed ended, such as `worker 812 died of SIGSEGV during power.get`.
    public var lastFailure: String?
    /// The last text that worker wrote to its standard output and error, in one line.
    public var lastWords: String?
    /// What the worker keeps the plugin to; nil before one served.
    public var confinement: PluginConfinement?
    /// Every worker process there is of it: the one that serves, those that end, those of single devices.
    public var workers: [PluginWorkerStatus] = []
}

/// What workers of a plugin are kept to, in words.
public struct PluginConfinement: Sendable, Codable, Equatable {
    /// In force.
    public var enforced: [String]
    /// Not in force, with the reason.
    public var missing: [String]
}

/// One worker of a plugin.
public struct PluginWorkerStatus: Sendable, Codable, Equatable {
    public var pid: Int32
    /// Of the library it has loaded.
    public var version: String
    /// The only device it is for, if so.
    public var device: String?
    /// It takes no new calls and ends when those it has, and its consoles, are over.
    public var isLeaving: Bool
}
