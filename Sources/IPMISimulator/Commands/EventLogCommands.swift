// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// What the event log remembers beside its records.
struct LogState {
    /// 0 when nothing is reserved.
    var reservation: UInt16 = 0
    var lastReservation: UInt16 = 0
    /// Minutes from UTC; 07FFh when it was not set.
    var utcOffset: UInt16 = 0x07FF
    /// A record that Partial Add is writing.
    var partial: [UInt8]?
}

extension CommandTable {
    /// The system event log (IPMI 2.0 section 31).
    static let eventLog: [UInt8: Command] = [
        0x40: Command(.user) { bmc, _, _ in
            let log = bmc.chassis.chassis.snapshot.eventLog
            let free = UInt16(clamping: (log.capacity - log.records.count) * 16)
            // Overflow, delete, reserve, allocation information.
            let support: UInt8 = (log.dropped > 0 ? 0x80 : 0) | 0x0B
            return [0x51] + UInt16(clamping: log.records.count).wire + free.wire
                + UInt32(clamping: log.lastAddition).wire + UInt32(clamping: log.lastClear).wire + [support]
        },
        0x41: Command(.user) { bmc, _, _ in
            let log = bmc.chassis.chassis.snapshot.eventLog
            let free = UInt16(clamping: log.capacity - log.records.count).wire
            return UInt16(clamping: log.capacity).wire + UInt16(16).wire + free + free + [1]
        },
        0x42: Command(.user) { bmc, _, _ in
            bmc.log.lastReservation = bmc.log.lastReservation == .max ? 1 : bmc.log.lastReservation + 1
            bmc.log.reservation = bmc.log.lastReservation
            return bmc.log.reservation.wire
        },
        0x43: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let reservation = try data.word()
            let asked = try data.word()
            let offset = Int(try data.byte())
            let count = Int(try data.byte())
            guard offset == 0 && reservation == 0 || reservation == bmc.log.reservation && reservation != 0 else {
                throw .reservationCancelled
            }
            let machine = bmc.chassis.chassis.snapshot
            let records = machine.eventLog.records
            guard let index = bmc.index(of: asked, in: records) else { throw .notPresent }
            let bytes = EventRecord.encode(records[index], sensors: machine.sensors)
            guard offset < bytes.count else { throw .parameterOutOfRange }
            let next = index + 1 < records.count ? EventRecord.id(records[index + 1].number) : 0xFFFF
            return next.wire + bytes.dropFirst(offset).prefix(count)
        },
        0x44: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            bmc.addEvent(try data.bytes(16)).wire
        },
        0x46: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let reservation = try data.word()
            let asked = try data.word()
            guard reservation == bmc.log.reservation, reservation != 0 else { throw .reservationCancelled }
            let records = bmc.chassis.chassis.snapshot.eventLog.records
            guard let index = bmc.index(of: asked, in: records) else { throw .notPresent }
            let number = records[index].number
            let seconds = bmc.chassis.seconds
            bmc.chassis.chassis.withChassis { chassis, _ in _ = chassis.eventLog.remove(number, seconds: seconds) }
            bmc.log.reservation = 0
            return EventRecord.id(number).wire
        },
        0x47: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            let reservation = try data.word()
            guard try data.bytes(3) == Array("CLR".utf8) else { throw .invalidField }
            let operation = try data.byte()
            guard reservation == bmc.log.reservation, reservation != 0 else { throw .reservationCancelled }
            switch operation {
            case 0x00: return [0x01]
            case 0xAA:
                let seconds = bmc.chassis.seconds
                bmc.chassis.chassis.withChassis { chassis, _ in chassis.eventLog.clear(seconds: seconds) }
                return [0x01]
            default: throw .invalidField
            }
        },
        0x48: Command(.user) { bmc, _, _ in UInt32(clamping: bmc.chassis.seconds).wire },
        0x49: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            bmc.chassis.setClock(Int64(try data.double()))
            return []
        },
        0x5C: Command(.user) { bmc, _, _ in bmc.log.utcOffset.wire },
        0x5D: Command(.operator, changes: true) { bmc, data, _ throws(CompletionCode) in
            bmc.log.utcOffset = try data.word()
            return []
        },
    ]
}

extension BMCCore {
    /// The place of a record: 0 is the oldest, FFFFh the newest.
    fileprivate func index(of id: UInt16, in records: [EventLog.Record]) -> Int? {
        switch id {
        case 0: records.indices.first
        case 0xFFFF: records.indices.last
        default: records.firstIndex { EventRecord.id($0.number) == id }
        }
    }

    /// Adds a record that a client wrote, with the BMC's own number and time; returns its record ID.
    @discardableResult
    mutating func addEvent(_ bytes: [UInt8]) -> UInt16 {
        let seconds = chassis.seconds
        let sensors = chassis.chassis.snapshot.sensors
        let decoded = EventRecord.describe(bytes, sensors: sensors)
        let number = chassis.chassis.withChassis { chassis, _ in
            chassis.eventLog.add(
                decoded.message, source: decoded.source, severity: decoded.severity, seconds: seconds, ipmi: bytes)
            return chassis.eventLog.lastNumber
        }
        log.reservation = 0
        return EventRecord.id(number)
    }
}
