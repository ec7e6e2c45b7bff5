// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: SensorReading {
    /// Emits each sensor of the sensor data records as `sensor`: full and compact records, one for each sensor that shares
    /// a record.
    ///
    /// Sensors of other controllers than the BMC are told without a reading.
    public func sensors(query: String?, _ call: borrowing Call) throws(PluginError) {
        let conversation = Conversation(self)
        let records = try sensorRecords(conversation, call).filter { $0.kind == .full || $0.kind == .compact }
        for (index, record) in records.enumerated() {
            for share in 0..<record.shareCount {
                try call.emit("sensor", json: report(record, share, conversation, call))
            }
            call.progress(UInt32(1000 * (index + 1) / records.count), record.name)
        }
    }

    /// The sensor data records: those kept from earlier, if the BMC says that they have not changed.
    func sensorRecords(
        _ channel: some CommandChannel, _ call: borrowing Call
    ) throws(PluginError) -> [SensorRecord] {
        let info = try channel.readIfOffered(.getSDRRepositoryInfo, call)
        let version = info.flatMap { SensorRepository.Version($0) }
        if let kept = knowledge.repository, kept.version == version, version != nil { return kept.records }
        let reader = RepositoryReader(channel: channel, source: info == nil ? .device : .repository)
        let records = try reader.records(call)
        learn { $0.repository = SensorRepository(version: version, records: records) }
        return records
    }

    private func report(
        _ record: SensorRecord, _ share: Int, _ channel: Conversation, _ call: borrowing Call
    ) throws(PluginError) -> SensorReport {
        let number = record.number &+ UInt8(truncatingIfNeeded: share)
        guard record.owner == 0x20 else {
            return SensorReport(record, sharing: share, reading: nil, factors: nil, limits: nil)
        }
        let answer = try channel.readIfOffered(.getSensorReading(number, unit: record.unit), call)
        let reading = answer.flatMap { RawReading($0) }
        var limits: [UInt8]?
        if record.readableThresholds != 0 {
            limits = try channel.readIfOffered(.getSensorThresholds(number, unit: record.unit), call)
        }
        var factors = record.factors
        if let linear = factors, linear.isNonLinear, let raw = reading?.raw {
            let command = Command.getSensorReadingFactors(number, unit: record.unit, raw: raw)
            factors = try channel.readIfOffered(command, call).flatMap { linear.at($0) }
        }
        return SensorReport(record, sharing: share, reading: reading, factors: factors, limits: limits)
    }
}
