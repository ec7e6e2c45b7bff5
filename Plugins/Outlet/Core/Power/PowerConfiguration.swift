// SPDX-License-Identifier: Apache-2.0
public import PluginKit

/// How the power of a machine without a BMC is switched: members `outlet`, `wake_on_lan`, or both.
///
/// Decode it from the driver's configuration (this type has just these two members, so it can be decoded from the
/// whole configuration or from a member `power`), and make a `PowerPath` of it.
public struct PowerConfiguration: Decodable, Sendable, Equatable {
    /// The PDU and its outlets.
    public let outlet: OutletConfiguration?
    /// The network adapter to wake.
    public let wakeOnLAN: WakeConfiguration?

    private enum CodingKeys: String, CodingKey {
        case outlet
        case wakeOnLAN = "wake_on_lan"
    }

    /// Reads the two members. Throws `invalid` when both are missing, or naming what is wrong in them.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        outlet = try values.decodeIfPresent(OutletConfiguration.self, forKey: .outlet)
        wakeOnLAN = try values.decodeIfPresent(WakeConfiguration.self, forKey: .wakeOnLAN)
        guard outlet != nil || wakeOnLAN != nil else {
            throw PluginError.invalid(field: "outlet", "is missing, and so is wake_on_lan")
        }
    }

    /// Reads a JSON object with the two members; other members are ignored.
    public init(json: String) throws(PluginError) {
        self = try JSONText.decode(PowerConfiguration.self, from: json, as: "config")
    }
}
