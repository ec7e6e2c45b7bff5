// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

extension RedfishService {
    private static let target = "BootSourceOverrideTarget"
    private static let enabled = "BootSourceOverrideEnabled"
    private static let mode = "BootSourceOverrideMode"

    private static let names: [(BootTarget, String)] = [
        (.none, "None"), (.pxe, "Pxe"), (.disk, "Hdd"), (.cd, "Cd"), (.setup, "BiosSetup"), (.http, "UefiHttp"),
        (.usb, "Usb"), (.diagnostic, "Diags"), (.safe, "Utilities"), (.floppy, "Floppy"),
    ]

    private var enabledChoices: [String] {
        behaves(.bootOnceOnly) ? ["Disabled", "Once"] : ["Disabled", "Once", "Continuous"]
    }

    func bootRules() -> [PropertyRule] {
        var rules = [
            PropertyRule("Boot/\(Self.target)", .choice(profile.bootTargets)),
            PropertyRule("Boot/\(Self.enabled)", .choice(enabledChoices)),
        ]
        // Without a mode the whole override is refused, in `changeBoot`.
        rules.append(PropertyRule("Boot/\(Self.mode)", .choice(["UEFI", "Legacy"])))
        if profile.bootTargets.contains("UefiHttp") {
            rules.append(PropertyRule("Boot/HttpBootUri", .textOrNull(limit: 1024)))
        }
        if profile.bootTargets.contains("UefiTarget") {
            rules.append(PropertyRule("Boot/UefiTargetBootSourceOverride", .textOrNull(limit: 1024)))
        }
        if profile.hasBootOptions { rules.append(PropertyRule("Boot/BootOrder", .texts(limit: 32))) }
        return rules
    }

    /// The system's `Boot` as it reads back.
    func boot() -> JSON {
        let chassis = machine.chassis.snapshot
        let override = machine.boot
        let enabled = override.target == .none ? "Disabled" : override.persistent ? "Continuous" : "Once"
        var target = Self.names.first { $0.0 == override.target }?.1 ?? "None"
        if override.target != .none, system.uefiTarget != nil { target = "UefiTarget" }
        let mode = override.mode ?? chassis.hardware.firmwareMode
        return [
            "BootSourceOverrideTarget": .string(target),
            "BootSourceOverrideTarget@Redfish.AllowableValues": .texts(profile.bootTargets),
            "BootSourceOverrideEnabled": .string(enabled),
            "BootSourceOverrideEnabled@Redfish.AllowableValues": .texts(enabledChoices),
            "BootSourceOverrideMode": behaves(.noBootMode) ? nil : mode == .uefi ? "UEFI" : "Legacy",
            "BootSourceOverrideMode@Redfish.AllowableValues": behaves(.noBootMode) ? nil : ["Legacy", "UEFI"],
            "UefiTargetBootSourceOverride": profile.bootTargets.contains("UefiTarget")
                ? system.uefiTarget.map(JSON.string) ?? .null : nil,
            "HttpBootUri": profile.bootTargets.contains("UefiHttp") ? .string(system.httpBootURI ?? "") : nil,
            "BootOrder": profile.hasBootOptions ? .texts(chassis.bootOrder.map(Self.reference)) : nil,
            "BootOptions": profile.hasBootOptions ? .link("\(profile.systemPath)/BootOptions") : nil,
        ]
    }

    /// Takes the members of `Boot`; all of them or none.
    mutating func changeBoot(_ exchange: Exchange, _ values: [String: JSON]) -> ResourceChange.Outcome {
        let chassis = exchange.machine
        if behaves(.bootLockedInPOST), chassis.power == .turningOn || chassis.power == .on && !chassis.isBooted {
            let text = "The setting cannot be changed while the system is in its self-test."
            return .refused(.error(400, Message(vendor: "iLO.2.14.UnableToModifyDuringSystemPOST", text)))
        }
        let target = values["Boot/\(Self.target)"]?.text
        let enabled = values["Boot/\(Self.enabled)"]?.text
        let mode = values["Boot/\(Self.mode)"]?.text
        if behaves(.noBootMode), mode != nil {
            return .refused(.error(400, Message(.propertyUnknown, Self.mode, properties: ["#/Boot/\(Self.mode)"])))
        }
        if let order = values["Boot/BootOrder"], let refusal = changeOrder(order) { return .refused(refusal) }
        if let uri = values["Boot/HttpBootUri"] { system.httpBootURI = uri.text?.isEmpty == false ? uri.text : nil }
        guard values.keys.contains(where: { $0 != "Boot/BootOrder" }) else { return .done }
        if behaves(.bootAllAlways) {
            let missing = [(Self.target, target), (Self.enabled, enabled), (Self.mode, mode)].filter { $0.1 == nil }
            guard missing.isEmpty else {
                return .refused(
                    .error(400, missing.map { Message(.propertyMissing, $0.0, properties: ["#/Boot/\($0.0)"]) }))
            }
        }
        if behaves(.bootEnabledAlways), target != nil, enabled == nil { return .done }
        return override(values, target: target, enabled: enabled, mode: mode)
    }

    private mutating func override(
        _ values: [String: JSON], target: String?, enabled: String?, mode: String?
    ) -> ResourceChange.Outcome {
        let current = machine.boot
        var device = current.target
        var uefiTarget = target == nil ? system.uefiTarget : nil
        if target == "UefiTarget" {
            let path = values["Boot/UefiTargetBootSourceOverride"]?.text ?? system.uefiTarget
            guard let path, let found = BootTarget.allCases.first(where: { Self.devicePath($0) == path }) else {
                let name = "UefiTargetBootSourceOverride"
                return .refused(.error(400, Message(.propertyMissing, name, properties: ["#/Boot/\(name)"])))
            }
            (device, uefiTarget) = (found, path)
        } else if let target {
            device = Self.names.first { $0.1 == target }?.0 ?? .none
        }
        if enabled == "Disabled" { device = .none }
        if let enabled, enabled != "Disabled", device == .none, target == nil {
            return .refused(
                .error(400, Message(.propertyMissing, Self.target, properties: ["#/Boot/\(Self.target)"])))
        }
        var bootMode = current.mode
        switch mode {
        case "UEFI": bootMode = .uefi
        case "Legacy": bootMode = .legacy
        default: if behaves(.bootModeResend) { bootMode = .legacy }
        }
        if device == .http, bootMode == .legacy {
            return .refused(
                .error(
                    400, Message(.propertyConflict, Self.target, Self.mode, properties: ["#/Boot/\(Self.target)"])))
        }
        system.uefiTarget = device == .none ? nil : uefiTarget
        let persistent = enabled.map { $0 == "Continuous" } ?? current.persistent
        machine.setBoot(
            BootOverride(
                device, persistent: persistent && device != .none, mode: bootMode,
                uri: system.httpBootURI))
        return .done
    }

    // MARK: Boot options and order

    private static func reference(_ target: BootTarget) -> String {
        "Boot000\(BootTarget.allCases.firstIndex(of: target) ?? 0)"
    }

    private static func devicePath(_ target: BootTarget) -> String {
        switch target {
        case .pxe: "PciRoot(0x0)/Pci(0x1,0x0)/MAC(525400123456,0x1)/IPv4(0.0.0.0)"
        case .http: "PciRoot(0x0)/Pci(0x1,0x0)/MAC(525400123456,0x1)/IPv4(0.0.0.0)/Uri()"
        case .disk: "PciRoot(0x0)/Pci(0x2,0x0)/NVMe(0x1,00-00-00-00-00-00-00-01)/HD(1,GPT)"
        case .cd: "PciRoot(0x0)/Pci(0x3,0x0)/USB(0x1,0x0)/CDROM(0x0)"
        case .usb: "PciRoot(0x0)/Pci(0x3,0x0)/USB(0x2,0x0)"
        default: "VenHw(\(target.rawValue))"
        }
    }

    private mutating func changeOrder(_ order: JSON) -> HTTPResponse? {
        let wanted = order.elements.compactMap(\.text)
        return machine.chassis.withChassis { chassis, _ in
            let known = chassis.bootOrder
            let sorted = wanted.compactMap { name in known.first { Self.reference($0) == name } }
            guard sorted.count == known.count, Set(wanted).count == known.count, wanted.count == known.count else {
                return .error(
                    400,
                    Message(
                        .propertyNotInList, wanted.joined(separator: ","), "BootOrder",
                        properties: ["#/Boot/BootOrder"]))
            }
            chassis.bootOrder = sorted
            return nil
        }
    }

    static func bootOptionRoutes(_ profile: RedfishProfile) -> [Route] {
        let path = "\(profile.systemPath)/BootOptions"
        let options = Route(path) { _, exchange in
            .collection(
                "BootOption", path, name: "Boot Options",
                exchange.machine.bootOrder.map { "\(path)/\(Self.reference($0))" })
        }
        let option = Route("\(path)/{option}") { _, exchange in
            guard let target = exchange.machine.bootOrder.first(where: { Self.reference($0) == exchange["option"] })
            else { return nil }
            return .resource(
                "BootOption", "\(path)/\(exchange["option"])", name: "Boot Option",
                [
                    "BootOptionReference": .string(exchange["option"]), "DisplayName": .string(target.rawValue),
                    "BootOptionEnabled": true, "UefiDevicePath": .string(Self.devicePath(target)),
                    "Alias": .optional(Self.names.first { $0.0 == target }?.1),
                ])
        }
        return [options, option]
    }

    /// The object that takes the boot settings of a service whose system does not.
    static func bootSettingsRoute(_ profile: RedfishProfile) -> Route {
        let path = "\(profile.systemPath)/Settings"
        var route = Route(path) { service, _ in
            .resource("ComputerSystem", path, name: "Pending settings", ["Boot": service.boot()])
        }
        route.change = ResourceChange(
            rules: { service, _ in service.bootRules() },
            apply: { service, exchange, values in service.changeBoot(exchange, values) })
        return route
    }
}
