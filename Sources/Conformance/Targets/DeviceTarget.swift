// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// A real device: the kit knows nothing about it but what the driver says, and makes only checks that can do without.
struct DeviceTarget: SimulatedTarget {
    let name: String
    let features: Set<TargetFeature> = []
    /// Not looked at: a real device's configuration is the file's.
    let endpoint = Endpoint(host: "", port: 0, user: "", password: "")
    let chassis = SharedChassis(Chassis())
    let faults = FaultInjector()

    func statistics() async -> TargetStatistics { TargetStatistics() }
    func stop() async {}
}
