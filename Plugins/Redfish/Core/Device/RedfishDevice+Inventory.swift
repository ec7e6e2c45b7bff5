// SPDX-License-Identifier: Apache-2.0
public import PluginKit

extension RedfishDevice: Inventory {
    /// Emits what the service describes, each as `component`; what it does not describe is left out.
    public func inventory(query: String?, _ call: borrowing Call) throws(PluginError) {
        let system = try system(call)
        let processors = try present(system.link("Processors"), call)
        let secureBoot = try client.optional(system.link("SecureBoot"), call)
        try emit(
            Component.system(
                system, architecture: processors.lazy.compactMap(Component.architecture).first,
                secureBoot: secureBoot?["SecureBootEnable"]?.bool), call)
        call.progress(100, "bmc")
        for manager in try managers(of: system, call) {
            let interfaces = try client.resources(of: manager.link("EthernetInterfaces"), call)
            try emit(
                Component.bmc(manager, interface: interfaces.first { Component.mac($0) != nil } ?? interfaces.first),
                call)
        }
        let chassis = try chassis(of: system, call)
        for one in chassis { try emit(Component.chassis(one), call) }
        call.progress(250, "processors and memory")
        for processor in processors { try emit(Component.processor(processor), call) }
        for memory in try present(system.link("Memory"), call) { try emit(Component.memory(memory), call) }
        call.progress(450, "network interfaces")
        for interface in try interfaces(system, chassis, call) { try emit(Component.nic(interface), call) }
        call.progress(600, "disks")
        try emitDisks(system, call)
        call.progress(750, "devices")
        for link in system.links("PCIeDevices").prefix(64) {
            guard let device = try client.optional(link, call), !Component.isAbsent(device) else { continue }
            try emit(Component.make("pcie", device), call)
        }
        for one in chassis { try emitSupplies(one, call) }
        call.progress(900, "firmware")
        let updates = try client.optional(client.root?.link("UpdateService"), call)
        for item in try client.resources(of: updates?.link("FirmwareInventory"), call) {
            try emit(Component.firmware(item), call)
        }
    }

    private func emit(_ component: JSON, _ call: borrowing Call) throws(PluginError) {
        try call.emit("component", component.encoded)
    }

    private func present(_ link: String?, _ call: borrowing Call) throws(PluginError) -> [Resource] {
        try client.resources(of: link, call).filter { !Component.isAbsent($0) }
    }

    /// The system's interfaces, or else the functions of the adapters in its chassis.
    private func interfaces(
        _ system: Resource, _ chassis: [Resource], _ call: borrowing Call
    ) throws(PluginError) -> [Resource] {
        let own = try present(system.link("EthernetInterfaces"), call)
        guard own.isEmpty else { return own }
        var functions: [Resource] = []
        for one in chassis {
            for adapter in try present(one.link("NetworkAdapters"), call).prefix(32) {
                functions += try present(adapter.link("NetworkDeviceFunctions"), call).filter {
                    Component.mac($0) != nil
                }
            }
        }
        return functions
    }

    private func emitDisks(_ system: Resource, _ call: borrowing Call) throws(PluginError) {
        var seen: Set<String> = []
        for storage in try client.resources(of: system.link("Storage"), expand: false, call).prefix(32) {
            for link in storage.links("Drives").prefix(256) where seen.insert(link).inserted {
                guard let drive = try client.optional(link, call), !Component.isAbsent(drive) else { continue }
                try emit(Component.drive(drive), call)
            }
        }
        guard seen.isEmpty else { return }
        for storage in try client.resources(of: system.link("SimpleStorage"), call).prefix(32) {
            for (index, device) in (storage["Devices"]?.array ?? []).prefix(256).enumerated() {
                let disk = Resource(path: "\(storage.path)#/Devices/\(index)", json: device)
                guard !Component.isAbsent(disk) else { continue }
                try emit(Component.drive(disk), call)
            }
        }
    }

    private func emitSupplies(_ chassis: Resource, _ call: borrowing Call) throws(PluginError) {
        var supplies: [Resource] = []
        if let subsystem = try client.optional(chassis.link("PowerSubsystem"), call) {
            supplies = try client.resources(of: subsystem.link("PowerSupplies"), call)
        } else if let power = try client.optional(chassis.link("Power"), call) {
            for (index, supply) in (power["PowerSupplies"]?.array ?? []).prefix(64).enumerated() {
                supplies.append(Resource(path: "\(power.path)#/PowerSupplies/\(index)", json: supply))
            }
        }
        for supply in supplies where !Component.isAbsent(supply) { try emit(Component.make("psu", supply), call) }
    }
}
