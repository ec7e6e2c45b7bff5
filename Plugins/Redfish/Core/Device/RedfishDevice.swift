// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// One machine behind a Redfish service. Login and connection are kept between calls.
///
/// Unchecked because the host makes the calls on one device one after another (`INGOT_DRIVER_CONCURRENT` is not set).
public final class RedfishDevice: DriverDevice, @unchecked Sendable {
    let client: Client
    var configuration: Configuration { client.configuration }
    var quirks: Set<Quirk> { client.quirks }
    /// Where the system is, once it was found.
    var systemPath: String?
    /// Updates that were begun here, by their tokens.
    var updates: [String: UpdateCourse] = [:]

    init(_ configuration: Configuration) throws(PluginError) {
        client = try Client(configuration)
    }

    /// Ends the session at the service.
    public func close(_ call: borrowing Call) {
        client.logOut(call)
    }

    // MARK: Finding things

    /// The system as it is now.
    func system(_ call: borrowing Call) throws(PluginError) -> Resource {
        if let systemPath {
            do throws(PluginError) {
                return try client.get(systemPath, call)
            } catch {
                // A service that was replaced or updated may have moved it.
                guard error.vendorCode == 404 else { throw error }
                self.systemPath = nil
            }
        }
        let path = try findSystem(call)
        let system = try client.get(path, call)
        systemPath = path
        return system
    }

    /// The path of the configured system, or of the only one.
    private func findSystem(_ call: borrowing Call) throws(PluginError) -> String {
        try client.logIn(call)
        let root = try client.serviceRoot(call)
        guard let collection = root.link("Systems") else {
            throw PluginError(.unsupported, "the service has no systems")
        }
        let links = try client.members(of: collection, call).compactMap { $0["@odata.id"]?.text }
        var paths: [String] = []
        for link in links { paths.append(try configuration.origin.path(of: link)) }
        let names = paths.map(Self.lastPart)
        let choices = names.prefix(20).joined(separator: ", ")
        guard let wanted = configuration.system else {
            guard paths.count == 1, let only = paths.first else {
                throw paths.isEmpty
                    ? PluginError(.state, "the service lists no system", retryable: true)
                    : .invalid(field: "system", "is needed, because the service has several: \(choices)")
            }
            return only
        }
        if let index = names.firstIndex(of: wanted) { return paths[index] }
        for path in paths.prefix(64) where try client.optional(path, call)?.id == wanted { return path }
        throw .invalid(field: "system", "is not one of the service's: \(choices)")
    }

    static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The managers (BMCs) of the system, or else those of the service; at most four.
    func managers(of system: Resource, _ call: borrowing Call) throws(PluginError) -> [Resource] {
        try related(system.links("Links", "ManagedBy"), client.serviceRoot(call).link("Managers"), call)
    }

    /// The chassis the system is in, or else those of the service; at most eight.
    func chassis(of system: Resource, _ call: borrowing Call) throws(PluginError) -> [Resource] {
        try related(system.links("Links", "Chassis"), client.serviceRoot(call).link("Chassis"), call)
    }

    private func related(
        _ links: [String], _ collection: String?, _ call: borrowing Call
    ) throws(PluginError) -> [Resource] {
        var resources: [Resource] = []
        for link in links.prefix(8) {
            if let resource = try client.optional(link, call) { resources.append(resource) }
        }
        // Some services link to what is not there.
        guard resources.isEmpty else { return resources }
        return Array(try client.resources(of: collection, expand: false, call).prefix(8))
    }

    /// The values of a parameter the service lists beside an action, or in the action's `ActionInfo`.
    func allowableValues(
        _ parameter: String, of action: JSON, _ call: borrowing Call
    ) throws(PluginError) -> [String]? {
        if let values = action["\(parameter)@Redfish.AllowableValues"]?.texts { return values }
        guard let info = try client.optional(action["@Redfish.ActionInfo"]?.text, call) else { return nil }
        return info["Parameters"]?.array?.first { $0["Name"]?.text == parameter }?["AllowableValues"]?.texts
    }

    var origin: [String: String] { ["address": configuration.origin.text] }
}
