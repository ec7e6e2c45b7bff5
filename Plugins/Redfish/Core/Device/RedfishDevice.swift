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
    /// Who reads the log on, and the event stream that goes with it.
    let follower = LogFollower()
    /// Updates that were begun here, by their tokens.
    var updates: [String: UpdateCourse] = [:]

    init(_ configuration: Configuration) throws(PluginError) {
        client = try Client(configuration)
    }

    /// Ends the session at the service.
    public func close(_ call: borrowing Call) {
        follower.stop()
        client.logOut(call)
    }

    // MARK: Finding things

    /// The system as it is now.
    func system(_ call: borrowing Call) throws(PluginError) -> Resource {
        follower.rest()
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

    /// The one of several systems that can be switched on and told what to boot; nil when there are more, or when one of them
    /// cannot be read.
    ///
    /// A board of accelerators is listed as a system too (`HGX_Baseboard_0`), and is no machine.
    private func onlyMachine(of paths: [String], _ call: borrowing Call) throws(PluginError) -> String? {
        guard paths.count <= 8 else { return nil }
        var machines: [String] = []
        for path in paths {
            guard let system = try client.optional(path, call) else { return nil }
            guard system.action("ComputerSystem.Reset") != nil, system["Boot"]?.object != nil else { continue }
            machines.append(path)
        }
        return machines.count == 1 ? machines[0] : nil
    }

    /// The path of the configured system, or of the only one that can be switched on and booted.
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
            guard let first = paths.first else {
                throw PluginError(.state, "the service lists no system", retryable: true)
            }
            if paths.count == 1 { return first }
            guard let only = try onlyMachine(of: paths, call) else {
                throw .invalid(field: "system", "is needed, because the service has several: \(choices)")
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

    /// All chassis that make up the system, at most 64: those it links to, those that name it in `Links.ComputerSystems`,
    /// and those that are contained in one of them and name no system.
    func allChassis(of system: Resource, _ call: borrowing Call) throws(PluginError) -> [Resource] {
        let linked = try chassis(of: system, call)
        let all = try client.resources(of: client.serviceRoot(call).link("Chassis"), call)
        var found = linked.map { resource in all.first { $0.path == resource.path } ?? resource }
        func add(where belongs: (Resource) -> Bool) -> Bool {
            let more = all.filter { one in !found.contains { $0.path == one.path } && belongs(one) }
            found += more
            return !more.isEmpty
        }
        _ = add { $0.links("Links", "ComputerSystems").contains { Self.isSame($0, system.path) } }
        while found.count < 64,
            add(where: { one in
                guard one.links("Links", "ComputerSystems").isEmpty else { return false }
                guard let holder = one.link("Links", "ContainedBy") else { return false }
                return found.contains { Self.isSame(holder, $0.path) }
            })
        {}
        return Array(found.prefix(64))
    }

    /// Whether two links lead to one resource; some services end some of theirs with a slash.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        func trimmed(_ path: String) -> Substring { path.hasSuffix("/") ? path.dropLast() : path[...] }
        return trimmed(one) == trimmed(other)
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
