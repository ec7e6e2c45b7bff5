// SPDX-License-Identifier: Apache-2.0

/// A property that PATCH may set, and what it may be.
struct PropertyRule: Sendable {
    enum Kind: Sendable {
        case text(limit: Int)
        /// A text, or `null` for none.
        case textOrNull(limit: Int)
        case flag
        case whole(ClosedRange<Int64>)
        case choice([String])
        /// Texts; `null` removes one and `{}` leaves it as it is (DSP0266 section 7.9.2).
        case texts(limit: Int)
        case any
    }

    /// Names from the resource down, with slashes: `Boot/BootSourceOverrideTarget`.
    let path: String
    let kind: Kind

    init(_ path: String, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }

    /// What is wrong with the value; nil when it may be set.
    func refusal(of value: JSON) -> Message? {
        let pointer = "#/" + path
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let shown = String(decoding: value.bytes.prefix(128), as: UTF8.self)
        let wrongType = Message(.propertyTypeError, shown, name, properties: [pointer])
        switch kind {
        case .text(let limit):
            guard let text = value.text else { return wrongType }
            return text.utf8.count <= limit ? nil : Message(.propertyFormat, shown, name, properties: [pointer])
        case .textOrNull(let limit):
            return value == .null ? nil : PropertyRule(path, .text(limit: limit)).refusal(of: value)
        case .flag: return value.flag == nil ? wrongType : nil
        case .whole(let range):
            guard let whole = value.whole else { return wrongType }
            return range.contains(whole) ? nil : Message(.propertyOutOfRange, shown, name, properties: [pointer])
        case .choice(let choices):
            guard let text = value.text else { return wrongType }
            return choices.contains(text) ? nil : Message(.propertyNotInList, text, name, properties: [pointer])
        case .texts(let limit):
            guard case .array(let elements) = value, elements.count <= limit else { return wrongType }
            let fits = elements.allSatisfy { $0 == .null || $0 == [:] || ($0.text?.utf8.count ?? 1000) <= 255 }
            return fits ? nil : wrongType
        case .any: return nil
        }
    }
}

/// How a resource takes a PATCH.
struct ResourceChange: Sendable {
    enum Outcome: Sendable {
        case done
        /// Nothing was changed.
        case refused(HTTPResponse)
        /// The rest was changed.
        case partly([Message])
    }

    let rules: @Sendable (RedfishService, Exchange) -> [PropertyRule]
    /// Sets what was accepted, by the path of the property.
    let apply: @Sendable (inout RedfishService, Exchange, [String: JSON]) -> Outcome

    init(
        _ rules: [PropertyRule],
        _ apply: @escaping @Sendable (inout RedfishService, Exchange, [String: JSON]) -> Outcome
    ) {
        self.rules = { _, _ in rules }
        self.apply = apply
    }

    init(
        rules: @escaping @Sendable (RedfishService, Exchange) -> [PropertyRule],
        apply: @escaping @Sendable (inout RedfishService, Exchange, [String: JSON]) -> Outcome
    ) {
        self.rules = rules
        self.apply = apply
    }

    /// Sorts the members of a body into what may be set and what is wrong with the rest.
    static func sort(
        _ body: JSON, by rules: [PropertyRule], resource: JSON
    ) -> (accepted: [String: JSON], refused: [Message]) {
        var accepted: [String: JSON] = [:]
        var refused: [Message] = []
        func walk(_ value: JSON, _ shown: JSON?, _ prefix: String) {
            for member in value.members where !member.name.hasPrefix("@odata.") && !member.name.contains("@") {
                let path = prefix + member.name
                if let rule = rules.first(where: { $0.path == path }) {
                    if let message = rule.refusal(of: member.value) {
                        refused.append(message)
                    } else {
                        accepted[path] = member.value
                    }
                } else if member.value.isObject, rules.contains(where: { $0.path.hasPrefix(path + "/") }) {
                    walk(member.value, shown?[member.name], path + "/")
                } else if refused.count >= 20 {
                    continue
                } else if shown?[member.name] != nil {
                    refused.append(Message(.propertyNotWritable, member.name, properties: ["#/" + path]))
                } else {
                    refused.append(Message(.propertyUnknown, member.name, properties: ["#/" + path]))
                }
            }
        }
        walk(body, resource, "")
        return (accepted, refused)
    }
}
