// SPDX-License-Identifier: GPL-3.0-or-later
public import PluginKit

extension IPMIDevice: SensorReading {
    /// Emits each sensor of the sensor data records as `sensor`: full and compact records, one for each sensor that shares
    /// a record.
    ///
    /// Sensors of other controllers are read through the BMC (Send Message). Those of a controller that does not answer, and
    /// those that system software owns, are told without a reading.
    public func sensors(query: String?, _ call: borrowing Call) throws(PluginError) {
        let conversation = Conversation(self)
        let records = try sensorRecords(conversation, call).filter { $0.kind == .full || $0.kind == .compact }
        var absent: Set<Command.Bridge> = []
        for (index, record) in records.enumerated() {
            for share in 0..<record.shareCount {
                try call.emit("sensor", json: report(record, share, conversation, &absent, call))
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

    /// - Parameter absent: controllers that did not answer in this call; they are not asked again.
    private func report(
        _ record: SensorRecord, _ share: Int, _ conversation: Conversation, _ absent: inout Set<Command.Bridge>,
        _ call: borrowing Call
    ) throws(PluginError) -> SensorReport {
        let number = record.number &+ UInt8(truncatingIfNeeded: share)
        let none = SensorReport(record, sharing: share, reading: nil, factors: nil, limits: nil)
        let bridge = record.bridge
        guard !record.isUnreachable, bridge.map(absent.contains) != true else { return none }
        let command = Command.getSensorReading(number, unit: record.unit).via(bridge)
        let reply = try conversation.send(command, call)
        if let bridge, case .refused(let code) = reply, code.isAboutBridge {
            absent.insert(bridge)
            return none
        }
        let reading = try reply.dataIfOffered.flatMap { RawReading($0) }
        let channel = BridgedChannel(conversation, bridge)
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

/// The BMC, or a controller behind it.
private struct BridgedChannel: CommandChannel {
    private let conversation: Conversation
    private let bridge: Command.Bridge?

    init(_ conversation: Conversation, _ bridge: Command.Bridge?) {
        self.conversation = conversation
        self.bridge = bridge
    }

    /// Sends a command. A controller that is gone meanwhile has not got what was asked for.
    func send(_ command: Command, _ call: borrowing Call) throws(PluginError) -> Reply {
        let reply = try conversation.send(command.via(bridge), call)
        guard bridge != nil, case .refused(let code) = reply, code.isAboutBridge else { return reply }
        return .refused(CompletionCode(command, 0xcb))
    }
}
