// SPDX-License-Identifier: Apache-2.0

/// How much a plugin may send before it counts as a flood and loses its worker.
public struct PluginLimits: Sendable {
    /// Bytes one call may emit.
    public var emittedBytesPerCall = 32 << 20
    /// Log lines, progress reports and wire reports of one worker.
    public var reportsPerSecond = 2000
    /// Bytes one worker may write to its standard output and error.
    public var outputBytesPerSecond = 4 << 20
    /// How long a worker may take to load its library and say hello.
    public var startTime = Duration.seconds(10)

    /// Keep worker processes to what their manifests say: memory, files, networks, system calls.
    public var isConfined = true

    /// How long a replaced worker may take to finish its calls; consoles have no limit.
    public var drainTime = Duration.seconds(900)
    /// A new library that dies before so many calls are answered is taken back.
    public var probationCalls = 20

    public init() {}
}
