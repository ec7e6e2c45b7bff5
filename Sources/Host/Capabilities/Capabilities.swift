// SPDX-License-Identifier: Apache-2.0

/// What one driver said about one device when it was probed.
public struct Capabilities: Sendable, Equatable {
    /// What quirks are matched with: vendor and model of the machine, firmware of its BMC.
    public struct Identity: Sendable, Equatable {
        public var vendor: String?
        public var model: String?
        public var serial: String?
        public var firmware: String?

        public init(vendor: String? = nil, model: String? = nil, serial: String? = nil, firmware: String? = nil) {
            self.vendor = vendor
            self.model = model
            self.serial = serial
            self.firmware = firmware
        }

        /// `Dell Inc. PowerEdge R640, firmware 4.40.00.00`; what is not known is left out.
        public var text: String {
            let name = [vendor, model].compactMap { $0 }.joined(separator: " ")
            return [name.isEmpty ? nil : name, firmware.map { "firmware \($0)" }].compactMap { $0 }
                .joined(separator: ", ")
        }
    }

    public var identity = Identity()
    /// The BMC's own page for people.
    public var web: WebPage?
    private var known: [DeviceInterface: Capability] = [:]

    /// Nothing is known yet.
    public init() {}

    /// Nothing is known yet of the interfaces in `extensions`, a manifest's list; the others are not there.
    public init(extensions: [String]) {
        for interface in DeviceInterface.allCases where !extensions.contains(interface.id) {
            known[interface] = Capability(.no, evidence: "the driver has no \(interface.id)")
        }
    }

    /// One interface; what the driver did not tell is unknown.
    public subscript(interface: DeviceInterface) -> Capability {
        get { known[interface] ?? Capability(.unknown, evidence: "the driver does not tell") }
        set { known[interface] = newValue }
    }

    /// The interfaces of which something is known.
    var told: [DeviceInterface] { DeviceInterface.allCases.filter { known[$0] != nil } }
}
