// SPDX-License-Identifier: Apache-2.0

extension RedfishService {
    /// How deep `$expand` goes.
    static let expandLimit = 3
    /// How many members `$expand` shows.
    static let expandMembers = 200

    /// Applies the query parameters of a GET (DSP0266 section 7.3).
    mutating func shape(_ resource: JSON, _ exchange: Exchange) -> Result<JSON, Refusal> {
        var resource = resource
        var skip = 0
        var top: Int?
        var expand: (form: Character, levels: Int)?
        var select: [String]?
        for field in exchange.target.query {
            switch field.name {
            case "$skip", "$top":
                guard resource["Members"] != nil else {
                    return .failure(Refusal(response: .error(400, Message(.queryNotSupportedOnResource))))
                }
                guard let number = Int(field.value) else {
                    return .failure(Refusal(response: .error(400, Message(.queryTypeError, field.value, field.name))))
                }
                guard (0...1_000_000).contains(number) else {
                    return .failure(
                        Refusal(response: .error(400, Message(.queryOutOfRange, field.value, field.name, "0-1000000"))))
                }
                if field.name == "$skip" { skip = number } else { top = number }
            case "$expand":
                guard let parsed = Self.parseExpand(field.value) else {
                    return .failure(Refusal(response: .error(400, Message(.queryFormat, field.value, field.name))))
                }
                expand = parsed
            case "$select":
                let names = field.value.split(separator: ",").map(\.trimmed)
                guard !names.isEmpty, names.allSatisfy({ !$0.isEmpty }) else {
                    return .failure(Refusal(response: .error(400, Message(.queryFormat, field.value, field.name))))
                }
                select = names
            case "only":
                guard field.value.isEmpty else {
                    return .failure(Refusal(response: .error(400, Message(.queryFormat, field.value, field.name))))
                }
                guard let members = resource["Members"]?.elements else {
                    return .failure(Refusal(response: .error(400, Message(.queryNotSupportedOnResource))))
                }
                if members.count == 1, let path = members[0]["@odata.id"]?.text,
                    let only = self.resource(at: path, exchange)
                {
                    resource = only
                }
            case let name where name.hasPrefix("$"):
                return .failure(Refusal(response: .error(501, Message(.queryUnsupported, name))))
            default: continue
            }
        }
        resource = page(resource, exchange, skip: skip, top: top)
        if let expand {
            resource = self.expand(resource, exchange, form: expand.form, levels: expand.levels, path: exchange.path)
        }
        if let select { resource = Self.select(resource, select) }
        return .success(resource)
    }

    /// One page of a collection, with the link to the next when there is one.
    private func page(_ resource: JSON, _ exchange: Exchange, skip: Int, top: Int?) -> JSON {
        guard case .array(let members)? = resource["Members"] else { return resource }
        var resource = resource
        let isLog = resource["@odata.type"]?.text == "#LogEntryCollection.LogEntryCollection"
        let size = min(top ?? Int.max, isLog ? Self.logPage : Int.max)
        let shown = members.dropFirst(skip).prefix(size)
        resource["Members"] = .array(Array(shown))
        let end = skip + shown.count
        if end < members.count, top.map({ end - skip < $0 }) ?? true {
            let rest = top.map { "&$top=\($0 - shown.count)" } ?? ""
            resource["Members@odata.nextLink"] = .string("\(exchange.path)?$skip=\(end)\(rest)")
        }
        return resource
    }

    /// Log entries come in pages of so many.
    static let logPage = 50

    private static func parseExpand(_ text: String) -> (Character, Int)? {
        guard let form = text.first, "*.~".contains(form) else { return nil }
        let rest = text.dropFirst()
        if rest.isEmpty { return (form, 1) }
        guard rest.hasPrefix("($levels="), rest.hasSuffix(")"), let levels = Int(rest.dropFirst(9).dropLast()),
            (1...expandLimit).contains(levels)
        else { return nil }
        return (form, levels)
    }

    /// Replaces links by what they lead to: `.` not those under Links, `~` only those, `*` all.
    private mutating func expand(
        _ value: JSON, _ exchange: Exchange, form: Character, levels: Int, path: String
    ) -> JSON {
        var budget = Self.expandMembers
        func walk(
            _ value: JSON, _ service: inout RedfishService, levels: Int, underLinks: Bool, isTop: Bool
        ) -> JSON {
            switch value {
            case .array(let elements):
                return .array(
                    elements.map { walk($0, &service, levels: levels, underLinks: underLinks, isTop: false) })
            case .object(let members):
                if !isTop, members.count == 1, members[0].name == "@odata.id", let link = members[0].value.text {
                    let wanted = form == "*" || (form == "~") == underLinks
                    guard wanted, levels > 0, budget > 0, link != path, !link.contains("#"),
                        let target = service.resource(at: link, exchange)
                    else { return value }
                    budget -= 1
                    return walk(target, &service, levels: levels - 1, underLinks: false, isTop: true)
                }
                return .object(
                    members.map { member in
                        guard member.name != "Actions", member.name != "@Redfish.Settings" else { return member }
                        return JSON.Member(
                            name: member.name,
                            value: walk(
                                member.value, &service, levels: levels,
                                underLinks: underLinks || member.name == "Links", isTop: false))
                    })
            default: return value
            }
        }
        return walk(value, &self, levels: levels, underLinks: false, isTop: true)
    }

    /// Keeps the properties named, `Status/Health` for one inside another, and the annotations.
    private static func select(_ resource: JSON, _ names: [String]) -> JSON {
        .object(
            resource.members.compactMap { member in
                if member.name.hasPrefix("@odata.") || names.contains(member.name) { return member }
                if let base = member.name.split(separator: "@").first.map(String.init), names.contains(base) {
                    return member
                }
                let inner = names.filter { $0.hasPrefix(member.name + "/") }.map {
                    String($0.dropFirst(member.name.count + 1))
                }
                guard !inner.isEmpty, member.value.isObject else { return nil }
                return JSON.Member(name: member.name, value: select(member.value, inner))
            })
    }
}
