// SPDX-License-Identifier: Apache-2.0

extension Capabilities {
    private static let maximumSize = 65_536
    private static let maximumCount = 64
    /// The longest that a driver may ask for, in seconds.
    private static let maximumLimit = 3600.0

    /// Reads what a driver emitted as `capabilities` (docs/driver-json.md).
    ///
    /// Tolerant: a member that makes no sense is passed over, a text that is too long is cut, a list ends after 64
    /// elements. An interface that the manifest does not list is `no`, whatever the driver says.
    /// - Throws: `DriverError` (`protocol`) when it is no JSON object or longer than 64 KiB.
    public init(driverJSON text: String, extensions: [String]) throws(DriverError) {
        guard text.utf8.count <= Self.maximumSize else {
            throw DriverError(status: .protocol, message: "the driver's capabilities are longer than 64 KiB")
        }
        let json: JSONValue
        do throws(JSONError) { json = try JSONParser.parse(text) } catch {
            throw DriverError(status: .protocol, message: "the driver's capabilities are not JSON: \(error)")
        }
        guard case .object = json else {
            throw DriverError(status: .protocol, message: "the driver's capabilities are not a JSON object")
        }
        self.init(extensions: extensions)
        read(json, where: { extensions.contains($0.id) })
    }

    private mutating func read(_ json: JSONValue, where isOffered: (DeviceInterface) -> Bool) {
        let told = json["identity"] ?? .null
        identity = Identity(
            vendor: Self.text(told["vendor"], limit: 128), model: Self.text(told["model"], limit: 128),
            serial: Self.text(told["serial"], limit: 128), firmware: Self.text(told["firmware"], limit: 128))
        web = json["web"]?.string.flatMap(WebPage.init)
        for interface in DeviceInterface.allCases where isOffered(interface) {
            if let member = json[interface.rawValue], let capability = Self.capability(member) {
                self[interface] = capability
            }
        }
    }

    private static func capability(_ json: JSONValue) -> Capability? {
        // A bare truth value is a driver's short form.
        if case .bool(let flag) = json { return Capability(flag ? .yes : .no) }
        guard case .object = json else { return nil }
        var capability = Capability(answer(json["answer"]) ?? .unknown, evidence: text(json["evidence"], limit: 400))
        capability.actions = list(json["actions"], PowerAction.init(name:))
        capability.by = json["by"]?.string.flatMap(Capability.Agent.init(rawValue:))
        capability.hint = text(json["hint"], limit: 400)
        capability.targets = list(json["targets"], BootTarget.init(name:))
        capability.persistent = answer(json["persistent"])
        capability.modes = list(json["modes"], BootMode.init(rawValue:))
        capability.slots = list(json["slots"]) { $0 }
        capability.methods = list(json["methods"]) { $0 }
        if case .bool(let clear)? = json["clear"] { capability.clear = clear }
        if case .number(let seconds)? = json["limit_seconds"], seconds.isInteger, seconds.value >= 1 {
            capability.limitSeconds = Int(min(seconds.value, maximumLimit))
        }
        return capability
    }

    private static func answer(_ json: JSONValue?) -> Answer? {
        if case .bool(let flag)? = json { return flag ? .yes : .no }
        return json?.string.flatMap(Answer.init(rawValue:))
    }

    private static func list<T>(_ json: JSONValue?, _ make: (String) -> T?) -> [T]? {
        guard case .array(let elements)? = json else { return nil }
        return elements.prefix(maximumCount).compactMap { text($0, limit: 128).flatMap(make) }
    }

    /// One line, cut at `limit` characters; nil when it is no text or empty.
    private static func text(_ json: JSONValue?, limit: Int) -> String? {
        guard let whole = json?.string else { return nil }
        let line = String(
            String.UnicodeScalarView(whole.unicodeScalars.prefix(limit).map { $0.properties.isControl ? " " : $0 }))
        let trimmed = line.drop { $0 == " " }
        guard let last = trimmed.lastIndex(where: { $0 != " " }) else { return nil }
        return String(trimmed[...last])
    }

    /// The same object as JSON text, of what is known.
    public var json: String { value.text }

    private var value: JSONValue {
        let named: [(String, String?)] = [
            ("vendor", identity.vendor), ("model", identity.model), ("serial", identity.serial),
            ("firmware", identity.firmware),
        ]
        var members: [(key: String, value: JSONValue)] = []
        let told = named.compactMap { name, text in text.map { (key: name, value: JSONValue.string($0)) } }
        if !told.isEmpty { members.append(("identity", .object(told))) }
        if let web { members.append(("web", .string(web.url))) }
        for interface in self.told { members.append((interface.rawValue, self[interface].value)) }
        return .object(members)
    }
}

extension Capability {
    /// The capability as a JSON object; members that were not told are left out.
    fileprivate var value: JSONValue {
        func texts(_ list: [String]?) -> JSONValue? { list.map { .array($0.map { .string($0) }) } }
        let members: [(String, JSONValue?)] = [
            ("answer", .string(answer.rawValue)), ("evidence", evidence.map { .string($0) }),
            ("actions", texts(actions?.map(\.name))), ("by", by.map { .string($0.rawValue) }),
            ("hint", hint.map { .string($0) }), ("targets", texts(targets?.map(\.name))),
            ("persistent", persistent.map { .string($0.rawValue) }), ("modes", texts(modes?.map(\.rawValue))),
            ("slots", texts(slots)), ("methods", texts(methods)), ("clear", clear.map { .bool($0) }),
            ("limit_seconds", limitSeconds.map { .number(JSONNumber(text: "\($0)", value: Double($0))) }),
        ]
        return .object(members.compactMap { name, value in value.map { (key: name, value: $0) } })
    }

    /// The capability as JSON text.
    public var json: String { value.text }
}

/// Kept as the JSON text that a driver could have emitted.
extension Capabilities: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let json = try? JSONParser.parse(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no capabilities")
        }
        self.init()
        read(json, where: { _ in true })
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(json)
    }
}

extension Unicode.Scalar.Properties {
    /// Whether the character would end a line or steer a terminal.
    fileprivate var isControl: Bool {
        switch generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
