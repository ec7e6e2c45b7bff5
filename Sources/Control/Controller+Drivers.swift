// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Store

/// A driver that a machine is to have.
public struct DriverRequest: Codable, Sendable {
    public var driver: String
    /// The driver's configuration; a change of a machine's driver takes what is not given from before, and null
    /// removes a member.
    public var configuration: [String: JSONValue]?
    /// The configuration's secrets, apart from it; null removes one.
    public var secrets: [String: JSONValue]?

    /// A driver with its settings.
    public init(driver: String, configuration: [String: JSONValue]?, secrets: [String: JSONValue]? = nil) {
        self.driver = driver
        self.configuration = configuration
        self.secrets = secrets
    }
}

/// Drivers as they were ordered, checked: what may be stored in the clear and what must be sealed.
struct CheckedDrivers {
    var bindings: [DriverBinding] = []
    /// Secrets that are new, by the id under which they are to be sealed.
    var newSecrets: [String: String] = [:]
}

extension Controller {
    private static let maximumDrivers = 8

    /// The drivers a request names: a list, or one in the short form.
    ///
    /// - Returns: nil when it names none.
    /// - Throws: `ControlError` when it names both.
    static func requested(
        drivers: [DriverRequest]?, driver: String?, config: [String: JSONValue]?
    ) throws -> (drivers: [DriverRequest], isList: Bool)? {
        if let drivers {
            guard driver == nil, config == nil else {
                throw ControlError(.invalid, "drivers takes the place of driver and config", field: "drivers")
            }
            return (drivers, true)
        }
        guard let driver else { return nil }
        return ([DriverRequest(driver: driver, configuration: config)], false)
    }

    /// Checks drivers and their configuration by the plugins' schemas; does no I/O with devices.
    ///
    /// - Parameter existing: the machine's drivers, whose settings hold where the request says nothing.
    /// - Throws: `ControlError` `invalid` naming the member.
    func check(
        _ requests: [DriverRequest], isList: Bool, machine: String, existing: [DriverBinding] = []
    ) async throws -> CheckedDrivers {
        guard (1...Self.maximumDrivers).contains(requests.count) else {
            throw ControlError(.invalid, "a machine has 1 to \(Self.maximumDrivers) drivers", field: "drivers")
        }
        let secrets = try await devices.secrets(of: existing)
        var checked = CheckedDrivers()
        for (index, request) in requests.enumerated() {
            let field = isList ? "drivers[\(index)]" : ""
            guard !checked.bindings.contains(where: { $0.driver == request.driver }) else {
                throw ControlError(.invalid, "driver \(request.driver) is there twice", field: field)
            }
            try check(
                request, in: field, machine: machine, before: existing.first { $0.driver == request.driver },
                secrets: secrets[request.driver] ?? [:], into: &checked)
        }
        return checked
    }

    private func check(
        _ request: DriverRequest, in field: String, machine: String, before: DriverBinding?,
        secrets known: [String: String], into checked: inout CheckedDrivers
    ) throws {
        let driverField = field.isEmpty ? "driver" : field + ".driver"
        let configField = field.isEmpty ? "config" : field + ".configuration"
        guard let plugin = host.plugins.first(where: { $0.id == request.driver }) else {
            throw ControlError(
                .invalid, "there is no driver plugin \(request.driver); `ingot plugin list` shows what is there",
                field: driverField)
        }
        guard plugin.offers("ingot.driver/1") else {
            throw ControlError(.invalid, "plugin \(request.driver) is not a driver", field: driverField)
        }
        var config = before?.config ?? [:]
        var given: [String: JSONValue] = request.secrets ?? [:]
        for (name, value) in request.configuration ?? [:] {
            if plugin.secretNames.contains(name) {
                given[name] = value
            } else {
                config[name] = value.isNull ? nil : value
            }
        }
        var values = known
        var ids = before?.secrets ?? [:]
        for (name, value) in given {
            let id = DriverBinding.secretID(machine: machine, driver: request.driver, secret: name)
            switch value {
            case .null:
                values[name] = nil
                ids[name] = nil
            case .string(let text):
                values[name] = text
                ids[name] = id
                checked.newSecrets[id] = text
            default: throw ControlError(.invalid, "a secret is a string", field: "\(configField).\(name)")
            }
        }
        do {
            // Validates against the plugin's schema; no I/O.
            _ = try host.device(
                name: machine, driver: request.driver, configJSON: JSONValue.object(config).jsonText,
                secrets: values.mapValues { Secret($0) })
        } catch let error as DriverError {
            let path = error.detailJSON.flatMap { JSONValue(jsonText: $0)?["field"].text }
            throw ControlError(
                .invalid, error.message, field: path.map { configField + $0.drop { $0 == "$" } } ?? configField)
        }
        checked.bindings.append(DriverBinding(driver: request.driver, config: config, secrets: ids))
    }

    /// Refuses an operator's quirks that no driver of the machine has.
    func check(_ quirks: QuirkOverride, for bindings: [DriverBinding]) throws {
        let known = Set(
            bindings.flatMap { binding in host.plugins.first { $0.id == binding.driver }?.manifest?.quirks ?? [] })
        for (list, names) in [("add", quirks.add), ("remove", quirks.remove)] {
            for (index, name) in names.enumerated() where !known.contains(name) {
                let choices = known.sorted().joined(separator: ", ")
                throw ControlError(
                    .invalid,
                    "no driver of the machine has a quirk \(name.bounded(64)); there is "
                        + (choices.isEmpty ? "none" : choices),
                    field: "quirks.\(list)[\(index)]")
            }
        }
        if let name = quirks.add.first(where: { quirks.remove.contains($0) }) {
            throw ControlError(.invalid, "\(name) is to be added and removed", field: "quirks")
        }
    }
}
