// SPDX-License-Identifier: GPL-3.0-or-later
import PluginKit

/// The sensor data records of a BMC, kept as long as the BMC says that they are the same.
struct SensorRepository: Equatable {
    /// What Get SDR Repository Info tells of the contents: count and the two times of change (IPMI 2.0, table 33-3).
    struct Version: Equatable {
        let bytes: [UInt8]

        /// Nil when the answer is too short.
        init?(_ info: [UInt8]) {
            guard info.count >= 13 else { return nil }
            bytes = Array(info[1...2]) + Array(info[5...12])
        }
    }

    var version: Version?
    var records: [SensorRecord]

    /// The most records that are read.
    static let limit = 4096
}

/// Reads all records; a lost reservation begins again.
struct RepositoryReader {
    let channel: any CommandChannel
    let source: SDRSource

    /// How often a lost reservation is taken again.
    private static let patience = 10

    func records(_ call: borrowing Call) throws(PluginError) -> [SensorRecord] {
        for attempt in 0..<Self.patience {
            if let records = try attemptAll(call) { return records }
            try call.pause(.milliseconds(min(50 << attempt, 1000)))
        }
        throw PluginError(
            .busy, "Get SDR: the reservation is lost again and again: the records are being changed", retryable: true,
            retryAfter: .seconds(5), vendorCode: Int32(CompletionCode.reservationCancelled))
    }

    /// Nil when the reservation is lost.
    private func attemptAll(_ call: borrowing Call) throws(PluginError) -> [SensorRecord]? {
        let answer = try channel.readIfOffered(.reserveSDR(source), call) ?? [0, 0]
        guard answer.count >= 2 else { throw PluginError(.protocol, "Reserve SDR: the answer is too short") }
        let reservation = UInt16(answer[0]) | UInt16(answer[1]) << 8
        var chunk = 48
        var next: UInt16 = 0
        var seen: Set<UInt16> = []
        var records: [SensorRecord] = []
        while next != 0xffff, seen.count < SensorRepository.limit {
            guard seen.insert(next).inserted else { break }
            guard let (following, bytes) = try record(next, reservation, &chunk, call) else { return nil }
            if let record = SensorRecord(bytes) { records.append(record) }
            next = following
        }
        return records
    }

    /// One record and the id of the next; nil when the reservation is lost.
    private func record(
        _ id: UInt16, _ reservation: UInt16, _ chunk: inout Int, _ call: borrowing Call
    ) throws(PluginError) -> (next: UInt16, bytes: [UInt8])? {
        var bytes: [UInt8] = []
        var next: UInt16 = 0xffff
        var length = 5
        while bytes.count < length {
            let wanted = min(length - bytes.count, chunk)
            let command = Command.getSDR(
                source, reservation: reservation, record: id, offset: UInt8(truncatingIfNeeded: bytes.count),
                count: UInt8(wanted))
            switch try channel.send(command, call) {
            case .data(let data):
                guard data.count > 2 else { throw PluginError(.protocol, "\(command.name): the answer is empty") }
                if bytes.isEmpty { next = UInt16(data[0]) | UInt16(data[1]) << 8 }
                bytes += data.dropFirst(2).prefix(wanted)
                if length == 5, bytes.count >= 5 { length = 5 + min(Int(bytes[4]), 250) }
            case .refused(let code) where code.code == CompletionCode.reservationCancelled:
                return nil
            case .refused(let code) where code.code == 0xcb && bytes.isEmpty:
                // An empty repository has no record 0; one that vanished ends the list.
                return (0xffff, [])
            case .refused(let code):
                guard code.isAboutLength, chunk > 8 else { throw code.pluginError }
                chunk /= 2
            }
        }
        return (next, bytes)
    }
}
