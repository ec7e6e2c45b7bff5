// SPDX-License-Identifier: Apache-2.0

/// The objects that a PDU has, in the order of a walk.
struct OutletTree: Sendable {
    /// One object with its index: what it tells, or what may be written to it.
    enum Leaf: Sendable, Equatable {
        case description
        case identity
        case upTime
        case contact
        case name
        case location
        case state(outlet: Int)
        case command(OutletModel.Column, outlet: Int)
    }

    private let leaves: [(object: SNMPObject, leaf: Leaf)]
    private let places: [SNMPObject: Leaf]
    /// The columns and scalars without their index: where an object exists, only its instance is missing.
    private let objects: [SNMPObject]

    init(_ model: OutletModel, outlets: Int) {
        let system = SNMPObject("1.3.6.1.2.1.1")
        let scalars: [Leaf] = [.description, .identity, .upTime, .contact, .name, .location]
        var places: [SNMPObject: Leaf] = [:]
        for (number, leaf) in scalars.enumerated() { places[system.appending([UInt32(number + 1), 0])] = leaf }
        for outlet in 1...max(1, outlets) {
            let index = model.prefix + [UInt32(outlet)]
            places[model.state.appending(index)] = .state(outlet: outlet)
            // In the MasterSwitch's MIB the two are one.
            for column in model.columns { places[column.object.appending(index)] = .command(column, outlet: outlet) }
        }
        self.places = places
        leaves = places.map { ($0.key, $0.value) }.sorted { $0.object < $1.object }
        objects =
            scalars.indices.map { system.appending([UInt32($0 + 1)]) } + model.columns.map(\.object) + [model.state]
    }

    subscript(object: SNMPObject) -> Leaf? { places[object] }

    /// Whether there is such an object, with any index.
    func hasObject(of instance: SNMPObject) -> Bool { objects.contains { instance.parts.starts(with: $0.parts) } }

    /// The first one that comes after; nil at the end.
    func next(after object: SNMPObject) -> (object: SNMPObject, leaf: Leaf)? {
        var (low, high) = (0, leaves.count)
        while low < high {
            let middle = (low + high) / 2
            if leaves[middle].object <= object { low = middle + 1 } else { high = middle }
        }
        return low < leaves.count ? leaves[low] : nil
    }
}
