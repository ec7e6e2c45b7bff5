// SPDX-License-Identifier: Apache-2.0
import PluginKit

extension Client {
    /// How much of a collection is read.
    struct CollectionLimits {
        var members = 512
        var pages = 64
    }

    /// The members of a collection over all its pages, as they stand in it: links, or whole resources.
    ///
    /// A page that leads back to one that was read is the last: everything that can be reached was read, and a service that
    /// passes over `$skip` answers so. What it names twice is told once.
    /// Throws `protocol` when there are more than the limits allow.
    func members(
        of link: String, limits: CollectionLimits = CollectionLimits(), _ call: borrowing Call
    ) throws(PluginError) -> [JSON] {
        var members: [JSON] = []
        var seen: Set<String> = []
        var known: Set<String> = []
        var next: String? = link
        while let page = next {
            let path = try configuration.origin.path(of: page)
            guard seen.insert(path).inserted else {
                call.log(.warning, "the collection \(link) leads back to a page that was read")
                break
            }
            let resource = try get(path, call)
            guard let some = resource["Members"]?.array else {
                throw PluginError(.protocol, "GET \(path): the answer is no collection")
            }
            for member in some {
                if let id = member["@odata.id"]?.text, !known.insert(id).inserted { continue }
                members.append(member)
            }
            guard members.count <= limits.members, seen.count <= limits.pages else {
                throw PluginError(
                    .protocol, "the collection \(link) has more than \(limits.members) members or \(limits.pages) pages"
                )
            }
            next = resource["Members@odata.nextLink"]?.text ?? resource["@odata.nextLink"]?.text
        }
        return members
    }

    /// The members of a collection that may be missing, each read; members that cannot be read are left out.
    func resources(of link: String?, expand: Bool = true, _ call: borrowing Call) throws(PluginError) -> [Resource] {
        guard let link else { return [] }
        var found: [JSON] = []
        do throws(PluginError) {
            let query = expand && expandsMembers ? "?$expand=.($levels=1)" : ""
            found = try members(of: link.contains("?") ? link : link + query, call)
        } catch {
            switch error.status {
            case .unsupported, .forbidden, .protocol, .internal, .state, .invalid: call.log(.debug, error.message)
            default: throw error
            }
        }
        var resources: [Resource] = []
        for member in found {
            if (member.object?.count ?? 0) > 1, let path = member["@odata.id"]?.text {
                resources.append(Resource(path: path, json: member))
            } else if let read = try optional(member["@odata.id"]?.text, call) {
                resources.append(read)
            }
        }
        return resources
    }

    /// The service says that it can put the members into the collection (DSP0266, "Expand query parameter").
    private var expandsMembers: Bool {
        root?["ProtocolFeaturesSupported", "ExpandQuery", "NoLinks"]?.bool == true
            || root?["ProtocolFeaturesSupported", "ExpandQuery", "ExpandAll"]?.bool == true
    }
}
