// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// What the SDR repository remembers beside the sensors.
struct SDRState {
    /// 0 when nothing is reserved.
    var reservation: UInt16 = 0
    var lastReservation: UInt16 = 0
    /// The sensors' names, kinds and number, and when they were met first, in seconds since 1970.
    var shape: [String] = []
    var changedAt: Int64?
}

extension CommandTable {
    /// The SDR repository (IPMI 2.0 section 33).
    static let records: [UInt8: Command] = [
        0x20: Command(.user) { bmc, _, _ in
            let sensors = bmc.chassis.chassis.snapshot.sensors
            let shape = sensors.map { "\($0.name)/\($0.kind)/\($0.discreteType)" }
            if bmc.sdr.changedAt == nil || shape != bmc.sdr.shape {
                bmc.sdr.shape = shape
                bmc.sdr.changedAt = bmc.chassis.seconds
            }
            let changed = UInt32(clamping: bmc.sdr.changedAt ?? 0).wire
            // Reservation supported; changed in place ("modal and non-modal update" are neither offered).
            return [0x51] + UInt16(SensorRecords.count(sensors)).wire + [0, 0] + changed + changed + [0x02]
        },
        0x22: Command(.user) { bmc, _, _ in
            bmc.sdr.lastReservation = bmc.sdr.lastReservation == .max ? 1 : bmc.sdr.lastReservation + 1
            bmc.sdr.reservation = bmc.sdr.lastReservation
            return bmc.sdr.reservation.wire
        },
        0x23: Command(.user) { bmc, data, _ throws(CompletionCode) in
            let reservation = try data.word()
            let asked = try data.word()
            let offset = Int(try data.byte())
            let count = Int(try data.byte())
            if bmc.faults.strikes("sdr-changing") != nil { bmc.sdr.reservation = 0 }
            // A whole record may be read without a reservation.
            guard offset == 0 && reservation == 0 || reservation == bmc.sdr.reservation && reservation != 0 else {
                throw .reservationCancelled
            }
            let sensors = bmc.chassis.chassis.snapshot.sensors
            let last = SensorRecords.count(sensors)
            let number = asked == 0 ? 1 : asked == 0xFFFF ? last : Int(asked)
            guard let record = SensorRecords.record(number, of: sensors) else { throw .notPresent }
            guard offset < record.count else { throw .parameterOutOfRange }
            let next: UInt16 = number == last ? 0xFFFF : UInt16(number + 1)
            return next.wire + record.dropFirst(offset).prefix(count)
        },
        0x28: Command(.user) { bmc, _, _ in UInt32(clamping: bmc.chassis.seconds).wire },
    ]
}
