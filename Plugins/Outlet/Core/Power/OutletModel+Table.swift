// SPDX-License-Identifier: Apache-2.0

extension OutletModel {
    /// The models that the member `model` knows. To add a PDU, add a row.
    static let table: [String: OutletModel] = Dictionary(
        uniqueKeysWithValues: rows.compactMap { row in row.model.map { (row.name, $0) } })

    /// Vendor's MIB objects by number. `command` has one object with a number for each order, `commands` one object for
    /// each order with the same number.
    private static let rows: [Row] = [
        // PowerNet-MIB: rPDUOutletControlOutletCommand immediateOn(1) immediateOff(2) immediateReboot(3);
        // rPDUOutletStatusOutletState outletStatusOn(1) outletStatusOff(2).
        Row(
            name: "apc-rpdu", command: "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4", isOn: [1], isOff: [2]),
        // PowerNet-MIB: rPDU2OutletSwitchedControlCommand immediateOn(1) immediateOff(2) immediateReboot(3);
        // rPDU2OutletSwitchedStatusState off(1) on(2).
        Row(
            name: "apc-rpdu2", command: "1.3.6.1.4.1.318.1.1.26.9.2.4.1.5", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.318.1.1.26.9.2.3.1.5", isOn: [2], isOff: [1]),
        // PowerNet-MIB: sPDUOutletCtl outletOn(1) outletOff(2) outletReboot(3), read and written.
        Row(
            name: "apc-masterswitch", command: "1.3.6.1.4.1.318.1.1.4.4.2.1.3", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.318.1.1.4.4.2.1.3", isOn: [1], isOff: [2]),
        // CPS-MIB: ePDUOutletControlOutletCommand immediateOn(1) immediateOff(2) immediateReboot(3);
        // ePDUOutletStatusOutletState outletStatusOn(1) outletStatusOff(2).
        Row(
            name: "cyberpower", command: "1.3.6.1.4.1.3808.1.1.3.3.3.1.1.4", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.3808.1.1.3.3.5.1.1.4", isOn: [1], isOff: [2]),
        // PDU2-MIB: switchingOperation off(0) on(1) cycle(2); outletSwitchingState on(7) off(8). Index: pdu, outlet.
        Row(
            name: "raritan-pdu2", command: "1.3.6.1.4.1.13742.6.4.1.2.1.2", on: 1, off: 0, reboot: 2,
            state: "1.3.6.1.4.1.13742.6.4.1.2.1.3", isOn: [7], isOff: [8], prefix: [1]),
        // Sentry3-MIB: outletControlAction on(1) off(2) reboot(3); outletStatus off(0) on(1) offWait(2) onWait(3).
        // Index: tower, infeed, outlet.
        Row(
            name: "servertech-sentry3", command: "1.3.6.1.4.1.1718.3.2.3.1.11", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.1718.3.2.3.1.5", isOn: [1], isOff: [0], isChanging: [2, 3], prefix: [1, 1]),
        // Sentry4-MIB: st4OutletControlAction on(1) off(2) reboot(3); st4OutletState unknown(0) on(1) off(2).
        // Index: unit, input cord, outlet.
        Row(
            name: "servertech-sentry4", command: "1.3.6.1.4.1.1718.4.1.8.5.1.2", on: 1, off: 2, reboot: 3,
            state: "1.3.6.1.4.1.1718.4.1.8.3.1.1", isOn: [1], isOff: [2], prefix: [1, 1]),
        // EATON-EPDU-MIB: outletControlOnCmd, outletControlOffCmd, outletControlRebootCmd take a delay, 0 is now;
        // outletControlStatus off(0) on(1) pendingOff(2) pendingOn(3). Index: strapping unit (0 without), outlet.
        Row(
            name: "eaton-epdu", commands: "1.3.6.1.4.1.534.6.6.7.6.6.1.4", off: "1.3.6.1.4.1.534.6.6.7.6.6.1.3",
            reboot: "1.3.6.1.4.1.534.6.6.7.6.6.1.5", value: 0, state: "1.3.6.1.4.1.534.6.6.7.6.6.1.2", isOn: [1],
            isOff: [0], isChanging: [2, 3], prefix: [0]),
    ]

    private struct Row {
        var name: String
        var model: OutletModel?

        init(
            name: String, command: String, on: Int32, off: Int32, reboot: Int32, state: String, isOn: Set<Int32>,
            isOff: Set<Int32>, isChanging: Set<Int32> = [], prefix: [UInt32] = []
        ) {
            self.init(
                name, on: (command, on), off: (command, off), reboot: (command, reboot), state, isOn, isOff, isChanging,
                prefix)
        }

        init(
            name: String, commands on: String, off: String, reboot: String, value: Int32, state: String,
            isOn: Set<Int32>, isOff: Set<Int32>, isChanging: Set<Int32>, prefix: [UInt32]
        ) {
            self.init(
                name, on: (on, value), off: (off, value), reboot: (reboot, value), state, isOn, isOff, isChanging,
                prefix)
        }

        private init(
            _ name: String, on: (String, Int32), off: (String, Int32), reboot: (String, Int32), _ state: String,
            _ onValues: Set<Int32>, _ offValues: Set<Int32>, _ changingValues: Set<Int32>, _ prefix: [UInt32]
        ) {
            func command(_ order: (String, Int32)) -> Command? {
                ObjectIdentifier(order.0).map { Command(object: $0, value: order.1) }
            }
            self.name = name
            guard let on = command(on), let off = command(off), let reboot = command(reboot),
                let state = ObjectIdentifier(state)
            else { return }
            model = OutletModel(
                on: on, off: off, reboot: reboot, state: state, onValues: onValues, offValues: offValues,
                changingValues: changingValues, indexPrefix: prefix)
        }
    }
}
