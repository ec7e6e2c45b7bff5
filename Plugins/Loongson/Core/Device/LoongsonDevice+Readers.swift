// SPDX-License-Identifier: GPL-3.0-or-later
import IPMI
public import PluginKit

extension LoongsonDevice: Inventory {
    public func inventory(query: String?, _ call: borrowing Call) throws(PluginError) {
        try bmc("inventory").inventory(query: query, call)
    }
}

extension LoongsonDevice: SensorReading {
    public func sensors(query: String?, _ call: borrowing Call) throws(PluginError) {
        try bmc("sensors").sensors(query: query, call)
    }
}

extension LoongsonDevice: EventLog {
    public func events(query: String?, _ call: borrowing Call) throws(PluginError) {
        try bmc("event log").events(query: query, call)
    }

    public func clearEvents(_ call: borrowing Call) throws(PluginError) { try bmc("event log").clearEvents(call) }
}
