// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The member `outlet` of a configuration: the PDU, its model and the outlets that feed one machine.
public struct OutletConfiguration: Sendable, Equatable {
    let access: SNMPAccess
    let model: OutletModel
    /// Each outlet's index, complete.
    let outlets: [[UInt32]]
    /// How long a cycle stays off.
    public let offTime: Duration
    /// How long the outlets may take to read as they were told.
    public let settleTime: Duration
    /// A cycle is the PDU's own reboot.
    let pduReboots: Bool

    /// The most outlets of one machine.
    static let outletLimit = 16
}

extension OutletConfiguration: Decodable {
    private enum CodingKeys: String, CodingKey {
        case model, oids, outlets
        case offSeconds = "off_seconds"
        case settleSeconds = "settle_seconds"
        case pduReboot = "pdu_reboot"
    }

    /// Reads and checks the member. Throws `invalid` naming the member at fault.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        access = try SNMPAccess(from: decoder)
        model = try Self.model(
            named: values.decodeIfPresent(String.self, forKey: .model),
            own: values.decodeIfPresent(OutletObjects.self, forKey: .oids))
        outlets = try Self.indices(values.decode([String].self, forKey: .outlets), model)
        offTime = try Self.seconds(values.decodeIfPresent(Int.self, forKey: .offSeconds) ?? 5, "off_seconds", 1...120)
        settleTime = try Self.seconds(
            values.decodeIfPresent(Int.self, forKey: .settleSeconds) ?? 10, "settle_seconds", 1...120)
        pduReboots = try values.decodeIfPresent(Bool.self, forKey: .pduReboot) ?? false
        guard !pduReboots || model.reboot != nil else {
            throw PluginError.invalid(field: "outlet.pdu_reboot", "there is no reboot order for this PDU")
        }
    }

    private static func model(named name: String?, own: OutletObjects?) throws(PluginError) -> OutletModel {
        switch (name, own) {
        case (nil, let own?): return try own.model()
        case (let name?, nil):
            guard let model = OutletModel.table[name] else {
                let known = OutletModel.table.keys.sorted().joined(separator: ", ")
                throw .invalid(field: "outlet.model", "is none of \(known)")
            }
            return model
        case (nil, nil): throw .invalid(field: "outlet.model", "is missing, and so is oids")
        case (_?, _?): throw .invalid(field: "outlet.oids", "cannot stand beside model")
        }
    }

    /// A number such as `5`, or a whole index such as `1.2.5`.
    private static func indices(_ texts: [String], _ model: OutletModel) throws(PluginError) -> [[UInt32]] {
        guard (1...outletLimit).contains(texts.count) else {
            throw .invalid(field: "outlet.outlets", "is not 1 to \(outletLimit) outlets")
        }
        var indices: [[UInt32]] = []
        for text in texts {
            guard let parts = ObjectIdentifier.numbers(text), let last = parts.last, last > 0, parts.count <= 8,
                parts.count == 1 || model.indexPrefix.isEmpty || parts.count == model.indexPrefix.count + 1
            else { throw .invalid(field: "outlet.outlets", "'\(text.prefix(40))' is no outlet of this model") }
            let index = parts.count == 1 ? model.indexPrefix + parts : parts
            guard !indices.contains(index) else {
                throw .invalid(field: "outlet.outlets", "outlet \(text) is there twice")
            }
            indices.append(index)
        }
        return indices
    }

    private static func seconds(_ number: Int, _ field: String, _ range: ClosedRange<Int>) throws(PluginError)
        -> Duration
    {
        guard range.contains(number) else {
            throw .invalid(field: "outlet.\(field)", "is not \(range.lowerBound) to \(range.upperBound)")
        }
        return .seconds(number)
    }
}

/// The member `oids`: the objects of a PDU that the table does not have.
private struct OutletObjects: Decodable {
    var command: String
    var on: Int32
    var off: Int32
    var reboot: Int32?
    var state: String?
    var stateOn: [Int32]
    var stateOff: [Int32]
    var stateChanging: [Int32]?

    enum CodingKeys: String, CodingKey {
        case command, on, off, reboot, state
        case stateOn = "state_on"
        case stateOff = "state_off"
        case stateChanging = "state_changing"
    }

    func model() throws(PluginError) -> OutletModel {
        guard let command = ObjectIdentifier(command) else {
            throw .invalid(field: "outlet.oids.command", "is no object identifier in numbers")
        }
        guard let state = ObjectIdentifier(state ?? self.command) else {
            throw .invalid(field: "outlet.oids.state", "is no object identifier in numbers")
        }
        let on = Set(stateOn)
        let off = Set(stateOff)
        let changing = Set(stateChanging ?? [])
        guard !on.isEmpty, !off.isEmpty else { throw .invalid(field: "outlet.oids.state_on", "or state_off is empty") }
        guard on.isDisjoint(with: off), changing.isDisjoint(with: on.union(off)) else {
            throw .invalid(field: "outlet.oids.state_off", "has a value that means something else too")
        }
        return OutletModel(
            on: .init(object: command, value: self.on), off: .init(object: command, value: self.off),
            reboot: reboot.map { .init(object: command, value: $0) }, state: state, onValues: on, offValues: off,
            changingValues: changing, indexPrefix: [])
    }
}
