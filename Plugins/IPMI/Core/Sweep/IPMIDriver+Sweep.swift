// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDriver: Sweeping {
    /// Both are in the answer to Get Chassis Status.
    public static var sweepSubjects: [SweepSubject] { [.power, .health] }

    /// Asks all BMCs at once from this thread. Sessions stay open in the devices for the next sweep or call.
    public func sweep(
        _ devices: [IPMIDevice], _ subject: SweepSubject, _ call: borrowing Call
    ) throws(PluginError) {
        try SweepRun(subject, count: devices.count).run(devices, call)
    }
}
