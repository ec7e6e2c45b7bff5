// SPDX-License-Identifier: Apache-2.0
internal import PluginWire

/// What the listening thread of a link remembers between frames.
struct FrameListener {
    var emitted: PieceCollector
    var traced: PieceCollector
    var reports: FloodMeter

    init(limits: PluginLimits) {
        emitted = PieceCollector(tag: .data, limit: limits.emittedBytesPerCall)
        traced = PieceCollector(tag: .data, limit: limits.emittedBytesPerCall)
        reports = FloodMeter(perSecond: limits.reportsPerSecond)
    }
}
